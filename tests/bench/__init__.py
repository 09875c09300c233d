"""Pinprick beside its peers: the same simulated diaries, the same machine, one run.

``python -m tests.bench`` from the root of the checkout; ``--help`` lists what can be changed.

=================  =========================================================================
``diaries.py``     the simulated diaries and their random streams
``ours.py``        Pinprick's engine, as the bench calls it
``peers.py``       the peers that run in Python: one diary in, one ``Fit`` out
``peers.R``        the peers that run in R, in one R process (``nof1_model.jags`` is one of them)
``r_process.py``   that R process, seen from Python
``measure.py``     timings, agreement, error rates and power, as plain records
``table.py``       those records as Markdown
=================  =========================================================================
"""

"""A small sound record of a trial, in lines that a test may change."""

PAGE = "https://example.org/paper"
SOUND = f"""\
- id: me2026
  evidence_role: mat_trial
  kind: trial
  title: A mat and a waiting list
  citation: Me A, You B. Journal 2026;1:1-2.
  year: 2026
  doi: 10.1234/abcd
  design: rct_parallel
  randomised: true
  population:
    n_total: {{value: 40, source: {PAGE}, seen: abstract}}
    age: {{mean: {{value: 50, source: {PAGE}, seen: abstract}}}}
  arms:
  - name: mat
    role: mat
    n_randomised: {{value: 20, source: {PAGE}, seen: abstract}}
    n_analysed: {{value: 19, source: {PAGE}, seen: abstract}}
  - name: waiting list
    role: comparator
    n_randomised: {{value: 20, source: {PAGE}, seen: abstract}}
    n_analysed: {{value: 19, source: {PAGE}, seen: abstract}}
  comparator: {{type: waiting_list}}
  outcomes:
  - domain: pain
    measure: pain
    direction: lower_is_better
    comparison: between_arms
    result: favours_mat
    timepoint: after 14 days of use
    timepoint_days: 14
    scale_min: 0
    scale_max: 10
    p_operator: '='
    p_value: 0.02
    mean_difference: -1.2
    ci95: [-2.2, -0.2]
    source: {PAGE}
    seen: fulltext
  adverse_events:
    items:
    - event: too painful to go on
      count: 2
      of: 20
    source: {PAGE}
    seen: fulltext
  dropouts:
    for_pain: {{value: 2, source: {PAGE}, seen: fulltext}}
  risk_of_bias:
  - item: blinding
    judgement: high
    text: Everybody knew.
    basis: inference
"""
REVIEW = f"""\
- id: review2026
  evidence_role: acupuncture_effect
  kind: review
  topic: Needles for backs
  citation: They C. Journal 2026;1:3-4.
  year: 2026
  doi: 10.1234/efgh
  design: review of RCTs
  source: {PAGE}
  seen: abstract
  population: {{n_total: 500}}
  effects:
  - comparison: acupuncture vs usual care
    treatment: acupuncture
    against: usual_care
    domain: pain
    metric: SMD
    effect: -0.30
    ci95: [-0.50, -0.10]
    favours: acupuncture
    n: 400
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each piece replaced, which has to stand there exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text

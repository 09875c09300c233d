#!/usr/bin/env python3
"""Django's own door, for those who know it: migrations, checks, a shell."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinprick_web.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

"""`python3 -m checker FILE` checks a transcript."""

import sys

from checker.check_transcript import main

sys.exit(main())

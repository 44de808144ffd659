"""What can be imported here, as one line of JSON: versions.py MODULE…"""
import importlib
import json
import os
import platform
import sys

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
found = {'python': platform.python_version()}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.import_module(name).__version__
    except ImportError:
        pass
print(json.dumps(found))

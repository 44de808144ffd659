#!/usr/bin/env bash
# Makes two virtual environments: PyTorch with NumPy, and Keras on TensorFlow for processors. setup.sh [FOLDER]
# The folder is benchmarks/.peers when none is given. PyTorch's wheel brings libraries for graphics cards: about 6 GB.
set -euo pipefail
folder=${1:-$(cd "$(dirname "$0")/.." && pwd)/.peers}
make_environment() {
	local name=$1
	shift
	python3 -m venv "$folder/$name"
	"$folder/$name/bin/pip" install --quiet "$@"
}

make_environment torch torch numpy
make_environment keras tensorflow-cpu keras
echo "PyTorch and Keras are in $folder. tfjs-node is the project's own: npm run setup:tensorflow"

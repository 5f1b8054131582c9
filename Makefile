# The two commands of the README. Each does its own set-up on a fresh machine: Python 3.11 or later with venv, git, make.
PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: rig test
rig: .venv/ready
	.venv/bin/rig shoot --sim

test:
	PYTHON=$(PYTHON) bash tests/run

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --editable '.[viewfinder]'
	touch $@

"""Whether Nomad takes a job: HCL is parsed by python-hcl2, and the job by the models of nomad-pydantic, which know the fields of Nomad's
API with their types, and refuse all others. In between the blocks get the names that they have there."""

import sys

import hcl2
from nomad_pydantic import Job
from pydantic import ValidationError

# What a block or attribute of HCL is called in the API, by the kind of its block: `*` where there can be several.
NAMES = {
    "job": {"group": "task_groups*"},
    "group": {"task": "tasks*", "network": "networks*", "service": "services*", "restart": "restart_policy"},
    "network": {"port": "dynamic_ports*"},
    "task": {"service": "services*", "restart": "restart_policy"},
    "service": {"port": "port_label", "check": "checks*"},
    "check": {"port": "port_label"},
    "resources": {"memory": "memory_mb"},
}
# What the label of a block is.
LABELS = {"job": "id", "group": "name", "task": "name", "port": "label"}
# Blocks whose content is anybody's.
FREE = {"config", "env", "meta"}


def plain(value):
    if isinstance(value, str):
        return value[1:-1] if value[:1] == value[-1:] == '"' else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items() if not key.startswith("__")}
    return value


def is_block(value):
    return isinstance(value, list) and value and isinstance(value[0], dict)


def api(kind, body):
    names = NAMES.get(kind, {})
    of_the_api = {name.rstrip("*") for name in names.values()}
    out = {}
    for name, value in body.items():
        if name in of_the_api:
            sys.exit(f"{kind}: {name} is no name in HCL")
        renamed = names.get(name, name)
        if is_block(value) and name not in FREE:
            blocks = [labelled(name, block) for block in value]
            if not renamed.endswith("*") and len(blocks) > 1:
                sys.exit(f"{kind}: {name} is there {len(blocks)} times")
            value = blocks if renamed.endswith("*") else blocks[0]
        elif is_block(value):
            value = value[0]
        out[renamed.rstrip("*")] = value
    return out


def labelled(kind, block):
    if kind not in LABELS:
        return api(kind, block)
    [(label, body)] = block.items()
    return {LABELS[kind]: label} | api(kind, body)


with open(sys.argv[1], encoding="utf-8") as file:
    parsed = plain(hcl2.load(file))
if list(parsed) != ["job"] or len(parsed["job"]) != 1:
    sys.exit("there is more, or less, than one job")
try:
    Job.model_validate(labelled("job", parsed["job"][0]))
except ValidationError as error:
    sys.exit(str(error))

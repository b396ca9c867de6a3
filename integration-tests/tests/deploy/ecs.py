"""Whether ECS takes a task definition: the shape of `RegisterTaskDefinition`, as the AWS SDK for Python has it. Asks nobody."""

import json
import sys

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


def not_in_enum(value, shape, where):
    """The validator leaves enumerations to the service."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from not_in_enum(value[name], member, f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from not_in_enum(item, shape.member, f"{where}[]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where} is {value!r}, none of {shape.enum}"


service = ServiceModel(Loader().load_service_model("ecs", "service-2"))
shape = service.operation_model("RegisterTaskDefinition").input_shape
with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
report = ParamValidator().validate(task, shape)
if report.has_errors():
    sys.exit(report.generate_report())
wrong = "\n".join(not_in_enum(task, shape, "task"))
if wrong:
    sys.exit(wrong)

"""An ONNX graph to rewrite: constants by name, who makes and who uses a value."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy.typing as npt
    from onnx import ModelProto, NodeProto

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""

_PARAMETERS = {
    "Add": ((0, "bias"), (1, "bias")),
    "LayerNormalization": ((1, "weight"), (2, "bias")),
}


class Graph:
    """The nodes of a model in any order: `finished` sorts them and leaves out what nothing uses.

    `model` has the rest: inputs, outputs and operator sets; `metadata` go into the model file.
    """

    def __init__(self, model: ModelProto) -> None:
        self.model = _without_contents(model)  # weights are large: they are held once
        self.nodes: list[NodeProto] = list(model.graph.node)
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._count = 0
        self.metadata: dict[str, str] = {}

    @classmethod
    def load(cls, path: Path) -> Graph:
        """Read a model file with its external data."""
        import onnx

        return cls(onnx.load(path))

    def constant(self, name: str) -> npt.NDArray[Any] | None:
        """The values of a constant; None for anything else."""
        from onnx import numpy_helper

        tensor = self._constants.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def constant_shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a constant; None for anything else."""
        tensor = self._constants.get(name)
        return None if tensor is None else tuple(tensor.dims)

    def add_constant(self, values: Any, name: str = "constant") -> str:
        """A new constant; returns the name it got."""
        self._count += 1
        return self.set_constant(f"nertag/{name}_{self._count}", values)

    def set_constant(self, name: str, values: Any) -> str:
        """A constant of this name, in place of one that has it; returns the name."""
        from onnx import numpy_helper

        self._constants[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def add(self, operator: str, inputs: list[str], output: str | None = None, **more: Any) -> str:
        """A new node with one output; returns its name."""
        from onnx import helper

        self._count += 1
        output = output or f"nertag/{operator}_{self._count}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **more))
        return output

    def makers(self) -> dict[str, NodeProto]:
        """The node that makes each value."""
        return {name: node for node in self.nodes for name in node.output}

    def users(self) -> dict[str, list[NodeProto]]:
        """The nodes that use each value."""
        found: dict[str, list[NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                found[name].append(node)
        return found

    def remove(self, unwanted: Iterable[NodeProto]) -> None:
        """Take nodes out."""
        gone = set(map(id, unwanted))
        self.nodes = [node for node in self.nodes if id(node) not in gone]

    def finished(self) -> ModelProto:
        """The model, sorted, with what its outputs need."""
        from onnx import ModelProto, helper

        made = ModelProto()
        made.CopyFrom(self.model)
        nodes = list(self._needed())
        used = {name for node in nodes for name in node.input}
        made.graph.node.extend(nodes)
        made.graph.initializer.extend(t for name, t in self._constants.items() if name in used)
        if MICROSOFT not in {opset.domain for opset in made.opset_import}:
            made.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
        helper.set_model_props(made, self.metadata)
        return made

    def _needed(self) -> Iterator[NodeProto]:
        """Nodes that lead to an output, makers before users."""
        makers, done = self.makers(), set[int]()
        waiting = [makers[o.name] for o in self.model.graph.output if o.name in makers]
        while waiting:
            node = waiting[-1]
            before = [makers[n] for n in node.input if n in makers and id(makers[n]) not in done]
            if before:
                waiting += before
                continue
            waiting.pop()
            if id(node) not in done:
                done.add(id(node))
                yield node


def _without_contents(model: ModelProto) -> ModelProto:
    from onnx import helper

    graph = helper.make_graph([], model.graph.name, model.graph.input, model.graph.output)
    return helper.make_model(
        graph,
        ir_version=model.ir_version,
        opset_imports=model.opset_import,
        functions=model.functions,
    )


def save_model(model: ModelProto, path: Path) -> None:
    """Write a model with its weights beside it, since a single file holds 2 GB at most; the
    model's own are gone then."""
    import onnx

    data = f"{path.name}_data"
    onnx.save(model, path, save_as_external_data=True, location=data)


def module_of(node: NodeProto) -> str | None:
    """The torch module a weight product was exported from, as `named_modules` names it; None
    where the node's name does not say."""
    return _module(node, "MatMul")


def _module(node: NodeProto, operator: str) -> str | None:
    end = f"/{operator}"
    if not node.name.startswith("/") or not node.name.endswith(end):
        return None
    return node.name.removesuffix(end)[1:].replace("/", ".")


def own_parameters(graph: Graph) -> None:
    """Give every layer the constants it had in torch, whose exporter merges equal ones."""
    for node in graph.nodes:
        module = _module(node, node.op_type)
        for index, kind in _PARAMETERS.get(node.op_type, ()):
            name, own = node.input[index], f"{module}.{kind}"
            values = graph.constant(name)
            if module and name != own and name.rpartition(".")[2] == kind and values is not None:
                node.input[index] = graph.set_constant(own, values)


def weight_of(node: NodeProto) -> str | None:
    """The parameter that is the weight of a product, as `named_parameters` names it."""
    module = module_of(node)
    return None if module is None else f"{module}.weight"

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_the_layers_and_doors_are_as_pyproject_says() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS

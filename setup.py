"""Packaging of content_libraries."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def requirements(name: str) -> list[str]:
    """The requirement lines of ``requirements/NAME.in``, without comments."""
    lines = (HERE / "requirements" / f"{name}.in").read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def version() -> str:
    text = (HERE / "content_libraries" / "__init__.py").read_text()
    match = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert match is not None
    return match.group(1)


setup(
    name="content_libraries",
    version=version(),
    description="Content libraries for course authoring, as a reusable Django app",
    long_description=(HERE / "README.rst").read_text(),
    long_description_content_type="text/x-rst",
    license="AGPL-3.0-only",
    python_requires=">=3.12",
    packages=find_packages(include=["content_libraries", "content_libraries.*"]),
    package_data={
        "content_libraries": [
            "py.typed",
            "*/README.rst",
            "*/*/README.rst",
            "locale/**",
            "static/**",
            "templates/**",
        ]
    },
    install_requires=requirements("base"),
    extras_require={"meilisearch": requirements("meilisearch")},
    entry_points={
        "cms.djangoapp": ["content_libraries = content_libraries.apps:ContentLibrariesConfig"],
    },
    classifiers=[
        "Framework :: Django :: 5.2",
        "Programming Language :: Python :: 3.12",
    ],
)

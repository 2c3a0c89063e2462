"""Packaging of content_libraries."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def requirements(name: str) -> list[str]:
    """Return the requirement lines of ``requirements/NAME.in``, without comments."""
    lines = (HERE / "requirements" / f"{name}.in").read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def version() -> str:
    """Return the version that the package gives itself."""
    text = (HERE / "content_libraries" / "__init__.py").read_text()
    match = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert match is not None
    return match.group(1)


def long_description() -> str:
    """
    Return the README without links to files of the project, which lead nowhere from a package index.

    A link becomes the name of the file, which the source distribution has, padded so that columns of tables stay.
    """

    def name_of(link: re.Match[str]) -> str:
        is_cell = link.string.startswith("  ", link.end())
        return f"``{link[1]}``".ljust(len(link[0]) if is_cell else 0)

    text = re.sub(r"^\.\. image:: (?!https?:).*\n( +:.*\n)*", "", (HERE / "README.rst").read_text(), flags=re.MULTILINE)
    return re.sub(r"`([^`<]+) <(?!https?:)[^>`]+>`_", name_of, text)


setup(
    name="content_libraries",
    version=version(),
    description="Open edX content libraries for any Django project, without the platform",
    long_description=long_description(),
    long_description_content_type="text/x-rst",
    author="The contributors of content_libraries",
    license="AGPL-3.0-only",
    license_files=["LICENSE.txt"],
    keywords=["Open edX", "content libraries", "OLX", "XBlock", "Learning Core", "course authoring", "Django"],
    project_urls={
        "Open edX": "https://openedx.org/",
        "Learning Core": "https://github.com/openedx/openedx-core",
        "Authoring frontend": "https://github.com/openedx/frontend-app-authoring",
    },
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
    extras_require={name: requirements(name) for name in ("meilisearch", "tantivy", "workbench")},
    entry_points={
        "cms.djangoapp": ["content_libraries = content_libraries.apps:ContentLibrariesConfig"],
    },
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Web Environment",
        "Framework :: Django",
        "Framework :: Django :: 5.2",
        "Intended Audience :: Developers",
        "Intended Audience :: Education",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Education",
        "Topic :: Internet :: WWW/HTTP :: Dynamic Content",
        "Typing :: Typed",
    ],
)

import os

from setuptools import find_packages, setup

here = os.path.abspath(os.path.dirname(__file__))
with open(os.path.join(here, "README.txt")) as f:
    README = f.read()
with open(os.path.join(here, "CHANGES.txt")) as f:
    CHANGES = f.read()

setup(
    name="shelf",
    version="1.2",
    description="Books on a shelf",
    long_description=README + "\n\n" + CHANGES,
    packages=find_packages(),
    include_package_data=True,
    zip_safe=False,
    install_requires=["plaster_pastedeploy==1.0.1", "pyramid==2.1", "waitress==3.0.2"],
    entry_points={
        "paste.app_factory": ["main = shelf:main"],
        "console_scripts": ["initialize_shelf_db = shelf.scripts:main"],
    },
)

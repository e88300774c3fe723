from setuptools import find_packages, setup

setup(
    name="quotes",
    version="1.2.0",
    description="Serves quotations",
    packages=find_packages(exclude=["tests"]),
    package_data={"quotes": ["quotes.txt"]},
    python_requires=">=3.10",
    install_requires=["bottle>=0.13", "waitress>=3"],
    extras_require={"test": ["pytest"]},
    entry_points={"console_scripts": ["quotes-server = quotes.server:main"]},
)

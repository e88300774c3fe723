from Cython.Build import cythonize
from setuptools import Extension, setup

setup(
    name="mandel",
    version="1.0",
    packages=["mandel"],
    ext_modules=cythonize([Extension("mandel._points", ["mandel/_points.pyx"])]),
)

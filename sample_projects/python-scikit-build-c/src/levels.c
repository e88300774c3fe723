#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Centimetres above low water, with high water of 400 every twelve hours. */
static PyObject *level(PyObject *self, PyObject *args) {
    int hour;
    if (!PyArg_ParseTuple(args, "i", &hour)) {
        return NULL;
    }
    int within = hour % 12;
    return PyLong_FromLong(400L * (within < 6 ? within : 12 - within) / 6);
}

static PyMethodDef methods[] = {{"level", level, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_levels", NULL, -1, methods};

PyMODINIT_FUNC PyInit__levels(void) {
    return PyModule_Create(&module);
}

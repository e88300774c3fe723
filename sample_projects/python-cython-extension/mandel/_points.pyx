def steps(double re, double im, int limit):
    """How many steps a point needs to leave the circle."""
    cdef double x = 0, y = 0, xx
    cdef int n = 0
    while n < limit and x * x + y * y <= 4:
        xx = x * x - y * y + re
        y = 2 * x * y + im
        x = xx
        n += 1
    return n

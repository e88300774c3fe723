use pyo3::prelude::*;

/// How many steps the number needs to come down to one.
#[pyfunction]
fn steps(mut number: u64) -> u32 {
    let mut count = 0;
    while number > 1 {
        number = if number % 2 == 0 { number / 2 } else { 3 * number + 1 };
        count += 1;
    }
    count
}

#[pymodule]
fn abacus(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(steps, module)?)
}

//! The columns of a census by name and by number.

/// Columns that are read. Whatever else a file holds is not looked at.
pub(super) const NAMES: [&str; 9] = [
    "employee_id",
    "employee_ssn",
    "employee_birth_date",
    "employee_hire_date",
    "employee_termination_date",
    "employee_gross_compensation",
    "employee_deferral_rate",
    "active",
    "auto_escalation_opt_out",
];
pub(super) const ID: usize = 0;
pub(super) const SSN: usize = 1;
pub(super) const BIRTH: usize = 2;
pub(super) const HIRE: usize = 3;
pub(super) const TERMINATION: usize = 4;
pub(super) const PAY: usize = 5;
pub(super) const DEFERRAL: usize = 6;
pub(super) const ACTIVE: usize = 7;
pub(super) const OPT_OUT: usize = 8;

/// Columns without which there is no census.
pub(super) const REQUIRED: [usize; 4] = [ID, BIRTH, HIRE, PAY];

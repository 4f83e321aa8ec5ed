//! Columns of a file that are probably those of a census under other names: to be suggested, never to be taken.

use super::format::ColumnNames;
use super::names::{ACTIVE, BIRTH, DEFERRAL, HIRE, ID, NAMES, OPT_OUT, PAY, SSN, TERMINATION};

/// What payroll programs call a column: small letters and digits of its name.
const USUAL: [(usize, &[&str]); 9] = [
    (
        ID,
        &[
            "id",
            "empid",
            "employeeid",
            "eeid",
            "eid",
            "empno",
            "empnum",
            "empnumber",
            "employeeno",
            "employeenumber",
            "workerid",
            "personid",
            "personnelnumber",
            "staffid",
            "staffno",
            "associateid",
            "fileno",
            "filenumber",
        ],
    ),
    (SSN, &["ssn", "ssnid", "socialsecurity", "socialsecuritynumber", "empssn", "eessn", "employeessn"]),
    (
        BIRTH,
        &[
            "dob",
            "dateofbirth",
            "birthdate",
            "birthday",
            "bdate",
            "birthdt",
            "empbirthdate",
            "empdob",
            "employeebirthdate",
            "employeedob",
            "employeedateofbirth",
        ],
    ),
    (
        HIRE,
        &[
            "hiredate",
            "dateofhire",
            "doh",
            "datehired",
            "hiredt",
            "hiredon",
            "startdate",
            "employmentdate",
            "originalhiredate",
            "orighiredate",
            "emphiredate",
            "employeehiredate",
            "employeedateofhire",
        ],
    ),
    (
        TERMINATION,
        &[
            "terminationdate",
            "termdate",
            "dateofterm",
            "dateoftermination",
            "dateterminated",
            "termdt",
            "terminationdt",
            "terminatedon",
            "separationdate",
            "exitdate",
            "enddate",
            "leavedate",
            "emptermdate",
            "employeetermdate",
            "employeeterminationdate",
        ],
    ),
    (
        PAY,
        &[
            "salary",
            "annualsalary",
            "basesalary",
            "pay",
            "annualpay",
            "basepay",
            "compensation",
            "annualcompensation",
            "basecompensation",
            "grosscompensation",
            "grosscomp",
            "grosspay",
            "annualcomp",
            "wages",
            "annualwages",
            "employeecompensation",
            "employeegrosscompensation",
            "employeesalary",
        ],
    ),
    (
        DEFERRAL,
        &[
            "deferralrate",
            "deferral",
            "deferralpct",
            "deferralpercent",
            "deferralpercentage",
            "401krate",
            "empdeferralrate",
            "employeedeferral",
            "employeedeferralrate",
            "contributionrate",
        ],
    ),
    (
        ACTIVE,
        &[
            "active",
            "isactive",
            "activeflag",
            "employed",
            "isemployed",
            "activeemployee",
            "status",
            "empstatus",
            "employeestatus",
            "employmentstatus",
        ],
    ),
    (
        OPT_OUT,
        &[
            "autoescalationoptout",
            "escalationoptout",
            "autoescalateoptout",
            "autoincreaseoptout",
            "escalationoptedout",
            "optout",
        ],
    ),
];

/// A column of a census, and the column of a file that may be it.
pub(super) type Lookalike = (&'static str, String);

/// Columns of a census that a file does not have under the names looked for, and the one column that may be each of them.
pub(super) fn lookalikes(header: &[String], names: &ColumnNames, missing: &[usize]) -> Vec<Lookalike> {
    let plain = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let taken = |name: &str| names.pairs().any(|(_, theirs)| super::format::same_name(theirs, name));
    let mut found = Vec::new();
    for (column, usual) in USUAL.iter().filter(|(column, _)| missing.contains(column)) {
        let mut alike = header.iter().filter(|name| usual.contains(&&*plain(name)) && !taken(name));
        if let (Some(name), None) = (alike.next(), alike.next()) {
            found.push((NAMES[*column], name.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: &[&str], missing: &[usize]) -> Vec<String> {
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let found = lookalikes(&header, &"employee_ssn=ID".parse().unwrap(), missing);
        found.into_iter().map(|(column, theirs)| format!("{column}={theirs}")).collect()
    }

    #[test]
    fn usual_names_are_recognised_and_what_may_be_either_is_left_alone() {
        let missing = [ID, BIRTH, HIRE, TERMINATION, PAY, ACTIVE];
        assert_eq!(
            found(&["Emp ID", "DOB", "Date-of-Hire", "SALARY", "Base Pay", "DEPT", "term_date", "ID"], &missing),
            [
                "employee_id=Emp ID",
                "employee_birth_date=DOB",
                "employee_hire_date=Date-of-Hire",
                "employee_termination_date=term_date",
            ]
        );
        assert!(found(&["DOB"], &[ID]).is_empty());
        assert!(found(&["Station", "eligibility_entry_date", "employee_capped_compensation"], &missing).is_empty());
    }

    #[test]
    fn every_column_has_usual_names_and_none_is_of_two() {
        for (column, name) in NAMES.iter().enumerate() {
            assert_eq!(USUAL.iter().filter(|(of, _)| *of == column).count(), 1, "{name}");
        }
        let mut all: Vec<_> = USUAL.iter().flat_map(|(_, usual)| usual.iter()).collect();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}

-- Whose deferral rate goes up on 1 January: everybody enrolled in an earlier year with a rate below the cap.

SELECT *,
       enrollment_date IS NOT NULL AND deferral_bp < v('escalation_cap_bp') AS escalates,
       least(deferral_bp + v('escalation_increment_bp'), v('escalation_cap_bp')) AS escalated_rate_bp
FROM enrolled

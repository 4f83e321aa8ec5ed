#!/bin/sh
# Puts a regression check where people see it, with GitHub's own client (gh, GH_TOKEN):
#     github-report.sh comment NUMBER FILE   one comment on a pull request, written anew each time
#     github-report.sh issue FILE            one open issue; a second regression adds a comment to it
# Without FILE there is nothing to tell (the check ended before a verdict), and that is said.
set -eu

title="Performance regression found by the daily monitor"
what=${1:-}
case "$what" in
comment) number=${2:?number of the pull request} file=${3:?file} ;;
issue) file=${2:?file} ;;
*)
    echo "github-report: give 'comment NUMBER FILE' or 'issue FILE'" >&2
    exit 2
    ;;
esac
if [ ! -f "$file" ]; then
    echo "github-report: no $file: the check ended before a verdict, its log says why" >&2
    exit 0
fi
if [ "$what" = comment ]; then
    gh pr comment "$number" --body-file "$file" --edit-last --create-if-none
    exit 0
fi
# An undecided check, or one that could not be made, is no regression.
if ! grep -q '^## Regression check .*: FAIL$' "$file"; then
    echo "github-report: $file confirms no regression: no issue" >&2
    exit 0
fi
open=$(gh issue list --state open --search "in:title \"$title\"" --json number --jq '.[0].number // empty')
if [ -n "$open" ]; then
    gh issue comment "$open" --body-file "$file"
else
    gh issue create --title "$title" --body-file "$file"
fi

#!/bin/sh
# Run a program with a mutation built in: it must fail and say the expected text, within five tries, because
# what it loses it loses by chance. Usage: run_mutant.sh name-of-the-mutation expected-text program...
name=$1
expected=$2
shift 2
for try in 1 2 3 4 5; do
    "$@" >build/mutant.log 2>&1 && status=0 || status=$?
    if grep -q "NOT RUN" build/mutant.log; then
        cat build/mutant.log
        exit $status
    fi
    if [ $status != 0 ] && grep -q "$expected" build/mutant.log; then
        echo "mutation $name: noticed ($expected), try $try"
        exit 0
    fi
done
echo "mutation $name: NOT NOTICED"
exit 1

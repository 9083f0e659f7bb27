#!/bin/sh
# Run a program built with a sanitizer. The run time of older compilers can't live with many random bits in addresses:
# there it is run without, and where a container forbids that and the program dies of it, this says so and fails.
bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
if [ "$bits" -gt 28 ] && setarch "$(uname -m)" -R true 2>/dev/null; then
    exec setarch "$(uname -m)" -R "$@"
fi
"$@" && exit 0
status=$?
if [ "$bits" -gt 28 ]; then
    echo "NOT RUN, probably: this compiler's sanitizer needs less address randomisation than this kernel gives ($bits"
    echo "bits), and this container forbids to turn it off for one process. Allow personality() (docker run"
    echo "--security-opt seccomp=unconfined), or as root on the host: sysctl vm.mmap_rnd_bits=28"
fi
exit $status

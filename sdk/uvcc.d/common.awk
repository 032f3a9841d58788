# Turns the common symbols of assembly into weak ones, and notes their sizes. The
# alignment is the binary logarithm.

# The debug information may refer to it before any code says what it is.
BEGIN { print "\t.globaltype __stack_pointer, i32" }

$1 == ".comm" {
  split($2, part, ",")
  printf "\t.section .bss.%s,\"\",@\n\t.weak %s\n\t.p2align %s\n%s:\n\t.skip %s\n\t.size %s, %s\n",
    part[1], part[1], part[3], part[1], part[2], part[1], part[2]
  printf "\t.section .custom_section.uvcc.common,\"\",@\n\t.ascii \"\\nuvcc.common %s %s\\n\"\n", part[1], part[2]
  next
}

{ print }

# Prints what of the program ELF goes to flash and what to RAM, from its sections: see mps2_an386/memory.ld.
function(bytes_of_section name out)
  set(bytes 0)
  string(REPLACE "." "\\." pattern "${name}")
  if(sections MATCHES "\\] ${pattern} +[A-Z]+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)")
    math(EXPR bytes "0x${CMAKE_MATCH_1}")
  endif()
  set(${out} ${bytes} PARENT_SCOPE)
endfunction()

execute_process(COMMAND "${READELF}" --section-headers --wide "${ELF}" OUTPUT_VARIABLE sections
                RESULT_VARIABLE status)
execute_process(COMMAND "${NM}" --print-size --demangle "${ELF}" OUTPUT_VARIABLE symbols
                RESULT_VARIABLE symbols_status)
if(NOT status EQUAL 0 OR NOT symbols_status EQUAL 0)
  message(FATAL_ERROR "cannot read ${ELF}")
endif()
bytes_of_section(.text code)
bytes_of_section(.rodata constants)
bytes_of_section(.weights weights)
bytes_of_section(.data initialised)
bytes_of_section(.bss zeroed)
bytes_of_section(.stack stack)
math(EXPR flash "${code} + ${constants} + ${weights} + ${initialised}")
math(EXPR ram "${initialised} + ${zeroed} + ${stack}")
set(model 0)
if(symbols MATCHES "[0-9a-f]+ ([0-9a-f]+) [bB] main::net\n")  # the model of main.cpp, its arena inside
  math(EXPR model "0x${CMAKE_MATCH_1}")
endif()
math(EXPR others "${ram} - ${stack} - ${model}")
get_filename_component(name "${ELF}" NAME)
message(STATUS "${name}: flash ${flash} B: code ${code}, constants ${constants}, weights ${weights}, "
               "initial values ${initialised}")
message(STATUS "${name}: RAM ${ram} B: model with its arena ${model}, other variables ${others}, "
               "stack ${stack}")

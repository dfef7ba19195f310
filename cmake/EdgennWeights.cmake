# edgenn_add_weights(<target> <name> <file> [AS_ARRAY])
#
# Puts the bytes of <file>, a weights file, into <target>: the linker lays them in read-only memory (flash,
# on firmware), aligned to 64 bytes, for whatever platform the target is built for.
#
#   edgenn_add_weights(app lenet5_weights weights/lenet5.edgenn)
#
#   #include "lenet5_weights.hpp"  // alignas(64) extern const std::byte lenet5_weights[865472];
#   auto weights = edgenn::read_weights<lenet5, edgenn::half>(lenet5_weights);
#
# <name>   the array's name, a C identifier; the header is <name>.hpp
# <file>   relative to the current source folder. It may be the output of a custom command.
# AS_ARRAY writes the bytes as an array in C++ source, as is done by itself where the assembler cannot include
#          a file: where the compiler is not gcc or clang, or objects are not ELF. Same bytes, slower to build
#
# Header and object are made while building, and again whenever the file changes. Call it in the folder that
# defines the target. Targets that link to it see the header too.

# Run as a script, by the command that edgenn_add_weights adds: writes the header and the source.
if(CMAKE_SCRIPT_MODE_FILE AND DEFINED EDGENN_WEIGHTS_NAME)
  if(NOT EXISTS "${EDGENN_WEIGHTS_FILE}")
    message(FATAL_ERROR "edgenn_add_weights: found no weights file ${EDGENN_WEIGHTS_FILE}")
  endif()
  file(SIZE "${EDGENN_WEIGHTS_FILE}" size)
  if(size EQUAL 0)
    message(FATAL_ERROR "edgenn_add_weights: the weights file ${EDGENN_WEIGHTS_FILE} is empty")
  endif()
  get_filename_component(file_name "${EDGENN_WEIGHTS_FILE}" NAME)
  set(name "${EDGENN_WEIGHTS_NAME}")

  # Renamed when complete, so that an interrupted build leaves nothing half-written.
  function(write path text)
    file(WRITE "${path}.part" "${text}")
    file(RENAME "${path}.part" "${path}")
  endfunction()

  set(notice "// Made by edgenn_add_weights from ${file_name}; changes are overwritten.\n")
  write("${EDGENN_WEIGHTS_OUT}.hpp" "${notice}#pragma once
#include <cstddef>

extern \"C\" {
alignas(64) extern const std::byte ${name}[${size}];
}
")
  if(EDGENN_WEIGHTS_AS_ARRAY)
    file(READ "${EDGENN_WEIGHTS_FILE}" bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "B(0x\\1)," bytes "${bytes}")
    write("${EDGENN_WEIGHTS_OUT}.cpp" "${notice}#include \"${name}.hpp\"

using B = std::byte;
alignas(64) const std::byte ${name}[${size}] = {
${bytes}};
")
  else()
    # For the assembler's string within the compiler's.
    string(REGEX REPLACE "([\\\\\"])" "\\\\\\1" path "${EDGENN_WEIGHTS_FILE}")
    write("${EDGENN_WEIGHTS_OUT}.cpp" "${notice}#include \"${name}.hpp\"

asm(R\"(
.section .rodata.${name},\"a\",%progbits
.balign 64
.global ${name}
.type ${name}, %object
.size ${name}, ${size}
${name}:
.incbin \"${path}\"
.previous
)\");
")
  endif()
  return()
endif()

include_guard()
include(CheckCXXSourceCompiles)

function(edgenn_add_weights target name file)
  cmake_parse_arguments(PARSE_ARGV 3 arg "AS_ARRAY" "" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "edgenn_add_weights: found argument \"${arg_UNPARSED_ARGUMENTS}\", "
                        "expected <target> <name> <file> [AS_ARRAY]")
  endif()
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "edgenn_add_weights: found no target \"${target}\"")
  endif()
  get_target_property(folder "${target}" SOURCE_DIR)
  if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "edgenn_add_weights: target \"${target}\" is defined in ${folder}: call it there")
  endif()
  if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "edgenn_add_weights: found name \"${name}\", expected a C identifier")
  endif()
  get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_source_file_property(is_made_by_the_build "${path}" GENERATED)
  if(NOT is_made_by_the_build)
    if(NOT EXISTS "${path}" OR IS_DIRECTORY "${path}")
      message(FATAL_ERROR "edgenn_add_weights: found no weights file ${path}")
    endif()
    file(SIZE "${path}" size)
    if(size EQUAL 0)
      message(FATAL_ERROR "edgenn_add_weights: the weights file ${path} is empty")
    endif()
  endif()

  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)  # no link: firmware has no default one
  check_cxx_source_compiles("
    #if !defined(__GNUC__) || !defined(__ELF__)
    #error the assembler cannot include a file
    #endif
    int anything;" EDGENN_ASSEMBLER_INCLUDES_FILES)
  if(NOT EDGENN_ASSEMBLER_INCLUDES_FILES)
    set(arg_AS_ARRAY TRUE)
  endif()

  set(out_folder "${CMAKE_CURRENT_BINARY_DIR}/edgenn_weights/${target}")
  set(out "${out_folder}/${name}")
  file(MAKE_DIRECTORY "${out_folder}")
  add_custom_command(
    OUTPUT "${out}.hpp" "${out}.cpp"
    COMMAND "${CMAKE_COMMAND}" "-DEDGENN_WEIGHTS_NAME=${name}" "-DEDGENN_WEIGHTS_FILE=${path}"
            "-DEDGENN_WEIGHTS_OUT=${out}" "-DEDGENN_WEIGHTS_AS_ARRAY=${arg_AS_ARRAY}"
            -P "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
    DEPENDS "${path}" "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
    COMMENT "Weights ${name} from ${file}" VERBATIM)
  target_sources("${target}" PRIVATE "${out}.cpp" "${out}.hpp")
  target_include_directories("${target}" PUBLIC "$<BUILD_INTERFACE:${out_folder}>")
  set_source_files_properties("${out}.cpp" PROPERTIES OBJECT_DEPENDS "${path}")
  if(NOT arg_AS_ARRAY)
    # Link-time optimisation does not see symbols that the assembler defines.
    set_source_files_properties("${out}.cpp" PROPERTIES COMPILE_OPTIONS "-fno-lto")
  endif()
endfunction()

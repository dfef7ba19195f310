# edgenn_add_model(<target> <model> [NAME <name>] [AS_ARRAY] [ARGS <argument>...])
#
# Imports <model>, an ONNX or TFLite file, while <target> is built: gives it the header of the network and an object
# with the weights, as edgenn_add_weights does.
#
#   edgenn_add_model(app mobilenet.onnx ARGS --mean 127.5 --scale 0.0078125)
#
#   #include "mobilenet.hpp"          // inline constexpr auto mobilenet = edgenn::network(...);
#   #include "mobilenet_weights.hpp"  // alignas(64) extern const std::byte mobilenet_weights[...];
#
# <model>   relative to the current source folder. It may be the output of a custom command.
# NAME      of the network, a C++ identifier; default: the file's name, with underscores for what no identifier has
# AS_ARRAY  see edgenn_add_weights
# ARGS      further arguments of edgenn-import
#
# Header and object are made again whenever the model or edgenn-import changes; <name>.txt, the report, lies beside the
# header. Call it in the folder that defines the target. Targets that link to it see the headers too.
#
# EDGENN_IMPORT names the program. By default it is the one that this build makes or that is installed with edgenn;
# a build for another platform needs one that runs here.

include_guard()
include("${CMAKE_CURRENT_LIST_DIR}/EdgennWeights.cmake")
set(EDGENN_MODEL_FOLDER "${CMAKE_CURRENT_LIST_DIR}")

function(edgenn_find_import program depends)
  if(NOT EDGENN_IMPORT AND TARGET edgenn::import AND NOT CMAKE_CROSSCOMPILING)
    set(${program} "$<TARGET_FILE:edgenn::import>" PARENT_SCOPE)
    set(${depends} edgenn::import PARENT_SCOPE)
    return()
  endif()
  # An installed package lies in <prefix>/share/cmake/edgenn.
  find_program(EDGENN_IMPORT edgenn-import HINTS "${EDGENN_MODEL_FOLDER}/../../../bin"
               DOC "edgenn-import, which turns trained models into networks")
  if(NOT EDGENN_IMPORT)
    message(FATAL_ERROR "edgenn_add_model: found no program edgenn-import: set EDGENN_IMPORT")
  endif()
  set(${program} "${EDGENN_IMPORT}" PARENT_SCOPE)
  set(${depends} "${EDGENN_IMPORT}" PARENT_SCOPE)
endfunction()

function(edgenn_add_model target model)
  cmake_parse_arguments(PARSE_ARGV 2 arg "AS_ARRAY" "NAME" "ARGS")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "edgenn_add_model: found argument \"${arg_UNPARSED_ARGUMENTS}\", "
                        "expected <target> <model> [NAME <name>] [AS_ARRAY] [ARGS <argument>...]")
  endif()
  if(NOT TARGET "${target}")
    message(FATAL_ERROR "edgenn_add_model: found no target \"${target}\"")
  endif()
  get_filename_component(path "${model}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  get_source_file_property(is_made_by_the_build "${path}" GENERATED)
  if(NOT is_made_by_the_build AND (NOT EXISTS "${path}" OR IS_DIRECTORY "${path}"))
    message(FATAL_ERROR "edgenn_add_model: found no model ${path}")
  endif()

  set(name "${arg_NAME}")
  if(NOT name)
    get_filename_component(name "${path}" NAME)
    string(REGEX REPLACE "\\.[^.]*$" "" name "${name}")
    string(REGEX REPLACE "[^A-Za-z0-9]+" "_" name "${name}")
    string(REGEX REPLACE "^_|_$" "" name "${name}")
  endif()
  if(name STREQUAL "model" OR name STREQUAL "network")
    message(FATAL_ERROR "edgenn_add_model: found name \"${name}\", which edgenn has too: use NAME")
  endif()
  if(NOT name MATCHES "^[A-Za-z][A-Za-z0-9_]*$")
    message(FATAL_ERROR "edgenn_add_model: found name \"${name}\", expected a C++ identifier: use NAME")
  endif()

  edgenn_find_import(program depends)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/edgenn_models/${target}")
  file(MAKE_DIRECTORY "${folder}")
  add_custom_command(
    OUTPUT "${folder}/${name}.hpp" "${folder}/${name}.edgenn"
    BYPRODUCTS "${folder}/${name}.txt"
    COMMAND "${program}" "${path}" -o "${folder}" --name "${name}" --quiet ${arg_ARGS}
    DEPENDS "${path}" ${depends}
    COMMENT "Network ${name} from ${model}" VERBATIM)
  target_sources("${target}" PRIVATE "${folder}/${name}.hpp")
  target_include_directories("${target}" PUBLIC "$<BUILD_INTERFACE:${folder}>")
  set(as_array "")
  if(arg_AS_ARRAY)
    set(as_array AS_ARRAY)
  endif()
  edgenn_add_weights("${target}" "${name}_weights" "${folder}/${name}.edgenn" ${as_array})
endfunction()

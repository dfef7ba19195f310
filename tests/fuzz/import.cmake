# libFuzzer on edgenn-import: its sources once more, with the sanitizers and the coverage that the fuzzer needs.
get_target_property(sources edgenn_import SOURCES)
list(FILTER sources INCLUDE REGEX "\\.cpp$")
set(import_flags ${fuzz_flags} -DONNX_ML=1 -DONNX_NAMESPACE=onnx
  -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/backends/reference -I${PROJECT_SOURCE_DIR}/tools/import
  -isystem ${PROJECT_BINARY_DIR}/tools/import)
foreach(folder IN ITEMS ${ONNX_INCLUDE_DIR} ${FLATBUFFERS_INCLUDE_DIR})
  if(NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    list(APPEND import_flags -isystem ${folder})
  endif()
endforeach()
set(objects "")

# edgenn_add_fuzz_object(SOURCE): compiles it; its object is appended to `objects`.
macro(edgenn_add_fuzz_object source)
  string(MAKE_C_IDENTIFIER "${source}" object)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${object}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${EDGENN_FUZZ_CXX} ${import_flags} -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -Werror
      -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    VERBATIM)
  list(APPEND objects ${object})
endmacro()
foreach(source IN LISTS sources)
  edgenn_add_fuzz_object(${source})
endforeach()
set(import_objects ${objects})
add_custom_target(fuzz_import_objects DEPENDS ${import_objects})
add_dependencies(fuzz_import_objects edgenn_import)  # which brings a generated header
set(import_libraries ${ONNX_PROTO_LIBRARY} -lprotobuf ${FLATBUFFERS_LIBRARY})

# edgenn_add_import_fuzzer(KIND MAX_LEN): KIND_fuzzer.cpp as the test fuzz_KIND, which starts from the files that the
# test fuzz_KIND_corpus writes.
function(edgenn_add_import_fuzzer kind max_len)
  set(objects "")
  edgenn_add_fuzz_object(${CMAKE_CURRENT_SOURCE_DIR}/${kind}_fuzzer.cpp)
  set(fuzzer ${CMAKE_CURRENT_BINARY_DIR}/${kind}_fuzzer)
  add_custom_command(
    OUTPUT ${fuzzer}
    COMMAND ${EDGENN_FUZZ_CXX} ${fuzz_flags} ${objects} ${import_objects} ${import_libraries} -o ${fuzzer}
    DEPENDS ${objects} ${import_objects}
    COMMENT "Linking the fuzzer of ${kind}"
    VERBATIM)
  add_custom_target(fuzz_${kind}_program ALL DEPENDS ${fuzzer})
  add_dependencies(fuzz_${kind}_program fuzz_import_objects)
  set(found ${CMAKE_CURRENT_BINARY_DIR}/found_${kind})
  file(MAKE_DIRECTORY ${found})
  # A constant may take half a gigabyte, and the sanitizer as much again.
  add_test(NAME fuzz_${kind}
    COMMAND ${fuzzer} -max_total_time=${EDGENN_FUZZ_SECONDS} -max_len=${max_len} -timeout=60 -rss_limit_mb=6000
      -malloc_limit_mb=2100 -print_final_stats=1 -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/failed-${kind}-
      ${found} ${CMAKE_CURRENT_BINARY_DIR}/seeds_${kind})
  math(EXPR limit "${EDGENN_FUZZ_SECONDS} + 180")
  set_tests_properties(fuzz_${kind}_corpus PROPERTIES FIXTURES_SETUP fuzz_${kind}_corpus)
  set_tests_properties(fuzz_${kind} PROPERTIES FIXTURES_REQUIRED fuzz_${kind}_corpus TIMEOUT ${limit})
endfunction()

if(EXISTS ${EDGENN_ONNX_TESTS}/node/test_relu/model.onnx)
  find_package(Protobuf REQUIRED)
  add_executable(fuzz_onnx_corpus make_onnx_corpus.cpp)
  target_compile_definitions(fuzz_onnx_corpus PRIVATE ONNX_ML=1 ONNX_NAMESPACE=onnx)
  target_link_libraries(fuzz_onnx_corpus PRIVATE
    edgenn_import edgenn_own_flags ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
  add_test(NAME fuzz_onnx_corpus
           COMMAND fuzz_onnx_corpus ${PROJECT_SOURCE_DIR}/tests/import/onnx_tests.txt ${EDGENN_ONNX_TESTS}
                   ${CMAKE_CURRENT_BINARY_DIR}/seeds_onnx)
  edgenn_add_import_fuzzer(onnx 4096)
endif()

add_executable(fuzz_tflite_corpus make_tflite_corpus.cpp)
target_include_directories(fuzz_tflite_corpus PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_include_directories(fuzz_tflite_corpus SYSTEM PRIVATE ${PROJECT_BINARY_DIR}/tools/import)
target_link_libraries(fuzz_tflite_corpus PRIVATE edgenn_import edgenn_own_flags)
add_test(NAME fuzz_tflite_corpus COMMAND fuzz_tflite_corpus ${CMAKE_CURRENT_BINARY_DIR}/seeds_tflite)
edgenn_add_import_fuzzer(tflite 16384)

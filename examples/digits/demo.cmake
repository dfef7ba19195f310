# Runs digits on digits.png of Debian's package opencv-doc: 50 lines of 100 digits, 500 of each kind. They are
# MNIST's training digits made smaller, so the accuracy says that the program works, not what the network
# does with digits that it has never seen: that is mnist_accuracy's.
# cmake -DDIGITS=program -DPICTURE=file -DFOLDER=folder -P demo.cmake
set(installed /usr/share/doc/opencv-doc/examples/data/digits.png)
set(unpacked ${FOLDER}/opencv-doc${installed})

if(EXISTS ${installed})
  set(sheet ${installed})
elseif(EXISTS ${unpacked})
  set(sheet ${unpacked})
else()
  # Container images often keep /usr/share/doc out of what they install, so the package may be there without
  # its files. Its archive has them.
  message(STATUS "${installed} is not there: downloading Debian's package opencv-doc")
  file(MAKE_DIRECTORY ${FOLDER})
  execute_process(COMMAND apt-get download opencv-doc WORKING_DIRECTORY ${FOLDER}
                  RESULT_VARIABLE unavailable OUTPUT_QUIET ERROR_QUIET)
  file(GLOB archives ${FOLDER}/opencv-doc_*.deb)
  foreach(archive IN LISTS archives)
    file(MAKE_DIRECTORY ${FOLDER}/opencv-doc.part)
    execute_process(COMMAND dpkg-deb --fsys-tarfile ${archive}
                    COMMAND tar -x -C ${FOLDER}/opencv-doc.part .${installed}
                    RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(NOT failed)
      file(RENAME ${FOLDER}/opencv-doc.part ${FOLDER}/opencv-doc)
    endif()
    file(REMOVE ${archive})
  endforeach()
  if(NOT EXISTS ${unpacked})
    message(FATAL_ERROR
      "found no ${installed}, and could not download Debian's package opencv-doc, which brings it. "
      "Remedy: apt-get update && apt-get install opencv-doc; or copy digits.png to ${unpacked}")
  endif()
  set(sheet ${unpacked})
endif()

set(labels 0*500,1*500,2*500,3*500,4*500,5*500,6*500,7*500,8*500,9*500)
execute_process(COMMAND ${DIGITS} --quiet --cell 20x20 --labels ${labels} --picture ${PICTURE} ${sheet}
                RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "digits failed: ${failed}")
endif()
message(STATUS "OpenCV took this sheet from MNIST's training digits; mnist_accuracy measures unseen ones")

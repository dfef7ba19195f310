# find_in_opencv_doc(<result> <name> <folder>): where the file <name> of Debian's package opencv-doc is.
#
# Container images often keep /usr/share/doc out of what they install, so the package may be there without its files.
# Then its archive, downloaded into <folder>, has them.
function(find_in_opencv_doc result name folder)
  set(installed /usr/share/doc/opencv-doc/examples/data/${name})
  set(unpacked ${folder}/opencv-doc${installed})
  if(NOT EXISTS ${installed} AND NOT EXISTS ${unpacked})
    message(STATUS "${installed} is not there: downloading Debian's package opencv-doc")
    file(MAKE_DIRECTORY ${folder})
    execute_process(COMMAND apt-get download opencv-doc WORKING_DIRECTORY ${folder}
                    RESULT_VARIABLE unavailable OUTPUT_QUIET ERROR_QUIET)
    file(GLOB archives ${folder}/opencv-doc_*.deb)
    foreach(archive IN LISTS archives)
      file(MAKE_DIRECTORY ${folder}/opencv-doc.part)
      execute_process(COMMAND dpkg-deb --fsys-tarfile ${archive}
                      COMMAND tar -x -C ${folder}/opencv-doc.part ./usr/share/doc/opencv-doc/examples/data
                      RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
      if(NOT failed)
        file(REMOVE_RECURSE ${folder}/opencv-doc)
        file(RENAME ${folder}/opencv-doc.part ${folder}/opencv-doc)
      endif()
      file(REMOVE ${archive})
    endforeach()
    if(NOT EXISTS ${unpacked})
      message(FATAL_ERROR
        "found no ${installed}, and could not download Debian's package opencv-doc, which brings it. "
        "Remedy: apt-get update && apt-get install opencv-doc; or copy ${name} to ${unpacked}")
    endif()
  endif()
  if(EXISTS ${installed})
    set(${result} ${installed} PARENT_SCOPE)
  else()
    set(${result} ${unpacked} PARENT_SCOPE)
  endif()
endfunction()

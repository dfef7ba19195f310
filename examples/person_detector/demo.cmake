# Runs person_detector on every fifth frame of vtest.avi of Debian's package opencv-doc: 80 seconds of people who walk
# across a campus, seen from a mast.
# cmake -DPERSON_DETECTOR=program -DPICTURE=file -DFOLDER=folder -P demo.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../opencv_doc.cmake)
find_in_opencv_doc(video vtest.avi ${FOLDER})

execute_process(COMMAND ${PERSON_DETECTOR} --quiet --times --camera vtest --every 5 --sheet ${PICTURE} ${video}
                RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "person_detector failed: ${failed}")
endif()
message(STATUS "Six of the frames with boxes: ${PICTURE}")

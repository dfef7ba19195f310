# Runs digits on digits.png of Debian's package opencv-doc: 50 lines of 100 digits, 500 of each kind. They are
# MNIST's training digits made smaller, so the accuracy says that the program works, not what the network
# does with digits that it has never seen: that is mnist_accuracy's.
# cmake -DDIGITS=program -DPICTURE=file -DFOLDER=folder -P demo.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../opencv_doc.cmake)
find_in_opencv_doc(sheet digits.png ${FOLDER})

set(labels 0*500,1*500,2*500,3*500,4*500,5*500,6*500,7*500,8*500,9*500)
execute_process(COMMAND ${DIGITS} --quiet --cell 20x20 --labels ${labels} --picture ${PICTURE} ${sheet}
                RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "digits failed: ${failed}")
endif()
message(STATUS "OpenCV took this sheet from MNIST's training digits; mnist_accuracy measures unseen ones")

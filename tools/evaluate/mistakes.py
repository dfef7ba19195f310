"""Pictures of a detector's mistakes, for a look with one's own eyes."""

import os

import numpy as np

from errors import InputError


def crop(photo, box, around=0.6):
    """The box with some of its surroundings, drawn in, at most 400 pixels high."""
    import cv2

    x, y, w, h = box[:4]
    margin = around * max(w, h)
    left, top = (max(0, int(v - margin)) for v in (x, y))
    right, bottom = min(photo.shape[1], int(x + w + margin)), min(photo.shape[0], int(y + h + margin))
    if right - left < 2 or bottom - top < 2:
        return None
    part = photo[top:bottom, left:right].copy()
    scale = min(4.0, 400 / part.shape[0])
    part = cv2.resize(
        part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    corners = [(round((a - left) * scale), round((b - top) * scale)) for a, b in ((x, y), (x + w, y + h))]
    cv2.rectangle(part, *corners, (0, 0, 255), 2)
    return part


def draw_mistakes(found, sets, outcomes, most, folder):
    """Writes false_alarm_NNN.png (surest first) and missed_NNN.png (tallest first) into the new folder, and
    prints a line for each: picture, photo, box, score."""
    import cv2

    alarms, missed = [], []
    for photos, results in zip(sets, outcomes):
        for (image, labels), boxes, result in zip(photos.boxes.items(), found.of(photos), results):
            alarms += [(boxes[row, 4], photos, image, boxes[row]) for row in result.rows[~result.hits]]
            missed += [(labels[row, 3], photos, image, labels[row]) for row in result.missed]
    try:
        os.makedirs(folder)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}") from None
    for kind, entries in (("false_alarm", alarms), ("missed", missed)):
        entries.sort(key=lambda entry: -entry[0])
        for index, (_, photos, image, box) in enumerate(entries[:most]):
            name = f"{kind}_{index:03}.png"
            picture = crop(photos.photo(image), box)
            if picture is not None and not cv2.imwrite(os.path.join(folder, name), picture):
                raise InputError(f"{os.path.join(folder, name)}: cannot be written")
            numbers = ",".join(f"{value:.1f}" for value in np.asarray(box[:4]))
            note = f"score {box[4]:.3f}" if kind == "false_alarm" else "missed"
            print(f"{name},{photos.name},{image},{numbers},{note}")

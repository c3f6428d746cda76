// A photo as it is to be seen. Every browser turns a JPEG by its EXIF; WebP and PNG are turned here, from a copy that says
// nothing of it, so that the frame on the page and the server (domain/pictures/raster.py) cut the same part.
const LONGEST = 1600; // of the preview
// By orientation: how x and y of the picture become x and y of what is seen.
const TURNS = {
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, 1, -1, 0],
  7: [0, -1, -1, 0],
  8: [0, -1, 1, 0],
};

export default async function upright(file) {
  try {
    const view = new DataView(await file.arrayBuffer()),
      found = orientation(view),
      turn = found && TURNS[view.getUint16(found.at, found.little)];
    if (!turn) return file;
    view.setUint16(found.at, 1, found.little);
    return await drawn(await createImageBitmap(new Blob([view], { type: file.type })), turn);
  } catch {
    return file; // not what it says it is: the server has a sentence for that
  }
}

// The tag 0x0112 of the first directory in the chunk 'EXIF' of a WebP or 'eXIf' of a PNG.
function orientation(view) {
  const webp = view.getUint32(0) === 0x52494646;
  if (!webp && view.getUint32(0) !== 0x89504e47) return null;
  for (let at = webp ? 12 : 8; at + 8 < view.byteLength;) {
    const size = view.getUint32(webp ? at + 4 : at, webp);
    if (view.getUint32(webp ? at : at + 4) === (webp ? 0x45584946 : 0x65584966)) return tag(view, at + 8);
    at += webp ? 8 + size + (size & 1) : 12 + size;
  }
  return null;
}

function tag(view, at) {
  const tiff = view.getUint32(at) === 0x45786966 ? at + 6 : at, // 'Exif'
    little = view.getUint16(tiff) === 0x4949,
    first = tiff + view.getUint32(tiff + 4, little);
  for (let n = 0; n < view.getUint16(first, little); n++)
    if (view.getUint16(first + 2 + 12 * n, little) === 0x0112) return { at: first + 10 + 12 * n, little };
  return null;
}

function drawn(bitmap, [a, b, c, d]) {
  const canvas = document.createElement('canvas'),
    scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height)),
    size = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  [canvas.width, canvas.height] = a ? size : [size[1], size[0]];
  const paper = canvas.getContext('2d');
  paper.setTransform(a, b, c, d, a + c < 0 ? canvas.width : 0, b + d < 0 ? canvas.height : 0);
  paper.drawImage(bitmap, 0, 0, ...size);
  return new Promise((done) => canvas.toBlob(done));
}

/** A text without the marks that the characters of its language may have: "café" as "cafe". */
export function foldDiacritics (text: string): string {
  return isAscii(text) ? text : text.normalize('NFD').replace(/\p{Diacritic}/gu, '')
}

function isAscii (text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 0x7f) return false
  }
  return true
}

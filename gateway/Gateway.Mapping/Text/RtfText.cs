using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>
/// The text of an RTF body (RTF 1.9) and, where it has any, its weight, slant and lines as XHTML-IM: control words that stand for characters are read in the document's code page,
/// destinations that are not text are skipped, objects and pictures dropped.
/// </summary>
public static class RtfText
{
    private const int DepthMax = 64;

    /// <summary>False when the body is no RTF.</summary>
    public static bool TryRead(string rtf, out RichText rich)
    {
        rich = new RichText("");
        if (!rtf.AsSpan().TrimStart().StartsWith("{\\rtf", StringComparison.Ordinal)) return false;
        var reading = new Reading(rtf);
        if (!reading.ReadAll()) return false;
        rich = reading.Result();
        return true;
    }

    [Flags]
    private enum Form : byte
    {
        None = 0,
        Bold = 1,
        Italic = 2,
        Underlined = 4,
        Struck = 8,
    }

    private sealed class Reading(string rtf)
    {
        private static readonly (Form Form, string Element)[] Elements = [(Form.Bold, "b"), (Form.Italic, "i"), (Form.Underlined, "u"), (Form.Struck, "s")];

        private readonly Stack<(bool IsSkipped, int FallbackChars, Form Form)> groups = new();
        private readonly StringBuilder plain = new();
        private readonly StringBuilder run = new();
        private readonly List<byte> bytes = [];
        private readonly XhtmlBuilder xhtml = new();
        private Encoding encoding = Charsets.Find("windows-1252");
        private int at;
        private bool isSkipped;
        private int fallbackChars = 1;
        private int toSkip;
        private Form form;
        private Form opened;

        public RichText Result()
        {
            Flush();
            return new RichText(plain.ToString().TrimEnd('\n', ' '), xhtml.Result());
        }

        public bool ReadAll()
        {
            while (at < rtf.Length)
            {
                var c = rtf[at++];
                switch (c)
                {
                    case '{':
                        if (groups.Count >= DepthMax) return false;
                        groups.Push((isSkipped, fallbackChars, form));
                        break;
                    case '}':
                        if (groups.Count == 0) return false;
                        Flush();
                        (isSkipped, fallbackChars, form) = groups.Pop();
                        break;
                    case '\\':
                        Control();
                        break;
                    case '\r' or '\n':
                        break;
                    default:
                        Emit(c);
                        break;
                }
            }

            return true;
        }

        private void Control()
        {
            if (at >= rtf.Length) return;
            var c = rtf[at];
            if (char.IsAsciiLetter(c))
            {
                Word();
                return;
            }

            at++;
            switch (c)
            {
                case '\'' when at + 2 <= rtf.Length && byte.TryParse(rtf.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                    at += 2;
                    if (TakeFallback() && !isSkipped) bytes.Add(code);
                    break;
                case '*':
                    isSkipped = true;
                    break;
                case '~':
                    Emit(' ');
                    break;
                case '_':
                    Emit('-');
                    break;
                case '\\' or '{' or '}':
                    Emit(c);
                    break;
                case '\n' or '\r':
                    Break();
                    break;
            }
        }

        private void Word()
        {
            var start = at;
            while (at < rtf.Length && char.IsAsciiLetter(rtf[at])) at++;
            var word = rtf.AsSpan(start, at - start);
            var numberStart = at;
            if (at < rtf.Length && rtf[at] == '-') at++;
            while (at < rtf.Length && char.IsAsciiDigit(rtf[at])) at++;
            var hasNumber = int.TryParse(rtf.AsSpan(numberStart, at - numberStart), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            if (at < rtf.Length && rtf[at] == ' ') at++;
            if (!TryForm(word, isOn: !hasNumber || number != 0)) Apply(word, number);
        }

        private void Apply(ReadOnlySpan<char> word, int number)
        {
            switch (word)
            {
                case "par" or "line" or "row":
                    Break();
                    break;
                case "tab" or "cell":
                    Emit('\t');
                    break;
                case "u":
                    toSkip = 0;
                    Emit((char)(ushort)number);
                    toSkip = fallbackChars;
                    break;
                case "uc":
                    fallbackChars = Math.Clamp(number, 0, 8);
                    break;
                case "ansicpg":
                    encoding = Charsets.Find(number);
                    break;
                case "fonttbl" or "colortbl" or "stylesheet" or "info" or "pict" or "object" or "header" or "footer":
                    isSkipped = true;
                    break;
                default:
                    if (SignOf(word) is not '\0' and var sign) Emit(sign);
                    break;
            }
        }

        private bool TryForm(ReadOnlySpan<char> word, bool isOn)
        {
            var changed = word switch
            {
                "b" => Form.Bold,
                "i" => Form.Italic,
                "ul" or "ulnone" => Form.Underlined,
                "strike" => Form.Struck,
                "plain" => Form.Bold | Form.Italic | Form.Underlined | Form.Struck,
                _ => Form.None,
            };
            if (changed == Form.None) return false;
            Flush();
            form = isOn && word is not ("plain" or "ulnone") ? form | changed : form & ~changed;
            return true;
        }

        private static char SignOf(ReadOnlySpan<char> word) => word switch
        {
            "emdash" => '—',
            "endash" => '–',
            "bullet" => '•',
            "lquote" => '‘',
            "rquote" => '’',
            "ldblquote" => '“',
            "rdblquote" => '”',
            _ => '\0',
        };

        private void Emit(char c)
        {
            if (!TakeFallback() || isSkipped) return;
            DecodeBytes();
            run.Append(c);
        }

        // What stands for a character that was already said by its number.
        private bool TakeFallback()
        {
            if (toSkip == 0) return true;
            toSkip--;
            return false;
        }

        private void Break()
        {
            if (isSkipped) return;
            Flush();
            plain.Append('\n');
            xhtml.Open("br", static _ => null);
        }

        private void DecodeBytes()
        {
            if (bytes.Count == 0) return;
            run.Append(encoding.GetString([.. bytes]));
            bytes.Clear();
        }

        // A run of one form is complete: both halves of a pair are there, or one is missing for good and becomes U+FFFD.
        private void Flush()
        {
            DecodeBytes();
            if (run.Length == 0) return;
            var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(run.ToString()));
            run.Clear();
            plain.Append(text);
            if (form != opened)
            {
                for (var i = Elements.Length - 1; i >= 0; i--)
                    if (opened.HasFlag(Elements[i].Form)) xhtml.Close(Elements[i].Element);
                foreach (var (one, element) in Elements)
                    if (form.HasFlag(one)) xhtml.Open(element, static _ => null);
                opened = form;
            }

            xhtml.Text(text);
        }
    }
}

using System.Text;
using System.Xml.Linq;

namespace XmppPeer.Wire;

/// <summary>What stands next on a stream: its header, one whole element below it, or its end.</summary>
public sealed record Piece(XElement? Header, XElement? Element)
{
    public bool IsEnd => Header is null && Element is null;
}

/// <summary>Cuts the text of a stream into its header and the elements on its first level (RFC 6120 §4.2). Written for peers that mean well; what is broken throws.</summary>
public sealed class ElementCutter
{
    private readonly StringBuilder _text = new();
    private string _header = "";
    private int _depth;
    private int _start;
    private int _at;

    public void Add(string text) => _text.Append(text);

    /// <summary>The stream begins anew after STARTTLS or SASL.</summary>
    public void Restart()
    {
        _text.Clear();
        (_header, _depth, _start, _at) = ("", 0, 0, 0);
    }

    public Piece? Next()
    {
        while (true)
        {
            var text = _text.ToString();
            var open = text.IndexOf('<', _at);
            if (open < 0) return null;
            var close = EndOfTag(text, open);
            if (close < 0) return null;
            var tag = text[open..close];
            _at = close;
            if (tag[1] is '?' or '!') continue;
            if (tag[1] == '/')
            {
                _depth--;
                if (_depth == 0) return new Piece(null, null);
                if (_depth == 1) return Take(text, close);
                continue;
            }

            var isEmpty = tag[^2] == '/';
            if (_depth == 0)
            {
                _header = isEmpty ? tag[..^2] + ">" : tag;
                _depth = 1;
                Drop(close);
                return new Piece(XElement.Parse(_header[..^1] + "/>"), null);
            }

            if (_depth == 1) _start = open;
            if (!isEmpty) _depth++;
            else if (_depth == 1) return Take(text, close);
        }
    }

    // The prefixes an element uses are declared by the header it stands under.
    private Piece Take(string text, int end)
    {
        var name = _header[1.._header.IndexOfAny([' ', '>', '\t', '\r', '\n'])];
        var element = XElement.Parse(_header + text[_start..end] + "</" + name + ">", LoadOptions.PreserveWhitespace).Elements().First();
        Drop(end);
        return new Piece(null, element);
    }

    private void Drop(int end)
    {
        _text.Remove(0, end);
        (_start, _at) = (0, 0);
    }

    private static int EndOfTag(string text, int open)
    {
        var quote = '\0';
        for (var i = open; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
            }
            else if (c is '\'' or '"') quote = c;
            else if (c == '>') return i + 1;
        }

        return -1;
    }
}

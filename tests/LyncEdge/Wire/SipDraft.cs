using System.Globalization;
using System.Text;

namespace LyncEdge.Wire;

/// <summary>A message being written: lines in exactly the order given, which is how the edge makes its interleavings.</summary>
public sealed class SipDraft(string startLine)
{
    private readonly List<string> _lines = [startLine];
    private byte[] _body = [];

    public IReadOnlyList<string> Lines => _lines;

    public SipDraft Add(string name, string? value)
    {
        if (value is not null) _lines.Add(name + ": " + value);
        return this;
    }

    public SipDraft AddAll(string name, IEnumerable<string> values)
    {
        foreach (var value in values) Add(name, value);
        return this;
    }

    public SipDraft AddLine(string line)
    {
        _lines.Add(line);
        return this;
    }

    public SipDraft AddLines(IEnumerable<string> lines)
    {
        _lines.AddRange(lines);
        return this;
    }

    public SipDraft Body(string? contentType, string? text)
    {
        if (text is null) return this;
        _body = Encoding.UTF8.GetBytes(text);
        if (contentType is not null && !Has("Content-Type")) Add("Content-Type", contentType);
        return this;
    }

    /// <summary>The bytes. Content-Length stands early, before other headers, as the servers write it (field fact A7).</summary>
    public byte[] ToBytes(int lengthAt = -1)
    {
        var lines = new List<string>(_lines);
        if (!Has("Content-Length"))
        {
            var line = "Content-Length: " + _body.Length.ToString(CultureInfo.InvariantCulture);
            lines.Insert(lengthAt < 0 ? lines.Count : Math.Min(lengthAt, lines.Count), line);
        }

        var head = Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n");
        return [.. head, .. _body];
    }

    /// <summary>Header names in lower case, upper case or as they are: only the name counts (field fact A7).</summary>
    public SipDraft Respell(Func<int, int> pick)
    {
        for (var i = 1; i < _lines.Count; i++)
        {
            var colon = _lines[i].IndexOf(':', StringComparison.Ordinal);
            var name = _lines[i][..colon];
            _lines[i] = pick(3) switch { 0 => name.ToLowerInvariant(), 1 => name.ToUpperInvariant(), _ => name } + _lines[i][colon..];
        }

        return this;
    }

    public bool Has(string name) => _lines.Any(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase));
}

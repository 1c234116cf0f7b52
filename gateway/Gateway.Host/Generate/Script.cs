using System.Text;

namespace Gateway.Host.Generate;

/// <summary>
/// A text for another system's administrator: headings and remarks as comments, lines to paste or steps to follow. The same configuration gives the same bytes; nothing secret is in it.
/// </summary>
internal sealed class Script
{
    private readonly StringBuilder text = new();

    public Script Heading(string words) => text.Length == 0 ? Line("# " + words) : Line("").Line("# " + words);

    public Script Remark(string words) => Line("#   " + words);

    public Script Line(string line)
    {
        text.Append(line).Append('\n');
        return this;
    }

    public override string ToString() => text.ToString();
}

using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>Builds plain text out of markup: blocks become lines, blanks collapse as a browser would show them, links keep their target.</summary>
internal sealed class PlainBuilder
{
    private readonly StringBuilder output = new();
    private bool breakPending;
    private bool blankPending;

    /// <summary>White space is text (inside <c>pre</c>).</summary>
    public bool IsPreformatted { get; set; }

    public int Length => output.Length;

    /// <summary>A block begins or ends: whatever comes next starts a line.</summary>
    public void Block() => breakPending = output.Length > 0;

    public void LineBreak()
    {
        TakeBreak();
        output.Append('\n');
        blankPending = false;
    }

    public void Text(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!IsPreformatted && c is ' ' or '\t' or '\n' or '\r')
            {
                blankPending = true;
                continue;
            }

            TakeBreak();
            if (blankPending && output.Length > 0 && output[^1] != '\n') output.Append(' ');
            blankPending = false;

            // A no-break space has no meaning in plain text, and clients pad with it.
            output.Append(c == '\u00A0' ? ' ' : c);
        }
    }

    public override string ToString()
    {
        var end = output.Length;
        while (end > 0 && output[end - 1] is ' ' or '\n') end--;
        return output.ToString(0, end);
    }

    private void TakeBreak()
    {
        if (!breakPending) return;
        breakPending = false;
        blankPending = false;
        if (output.Length > 0 && output[^1] != '\n') output.Append('\n');
    }
}

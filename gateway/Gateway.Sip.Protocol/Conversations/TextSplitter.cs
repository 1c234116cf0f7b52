namespace Gateway.Sip.Protocol.Conversations;

/// <summary>Cuts a long text into pieces a Microsoft client can take (field fact C5), at line ends where there is one, never inside a surrogate pair.</summary>
public static class TextSplitter
{
    public static IReadOnlyList<string> Split(string text, int charsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(charsMax, 2);
        if (text.Length <= charsMax) return [text];
        var pieces = new List<string>();
        var at = 0;
        while (text.Length - at > charsMax)
        {
            var cut = text.LastIndexOf('\n', at + charsMax - 1, charsMax) + 1;
            if (cut <= at) cut = text.LastIndexOf(' ', at + charsMax - 1, charsMax) + 1;
            if (cut <= at) cut = at + charsMax - (char.IsHighSurrogate(text[at + charsMax - 1]) ? 1 : 0);
            pieces.Add(text[at..cut]);
            at = cut;
        }

        pieces.Add(text[at..]);
        return pieces;
    }
}

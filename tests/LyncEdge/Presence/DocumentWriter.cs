using System.Globalization;
using System.Security;

namespace LyncEdge.Presence;

/// <summary>The presence documents of a Microsoft server (field facts B1, B4, B6): the watcher's Accept decides which.</summary>
public static class DocumentWriter
{
    public const string Categories = "application/msrtc-event-categories+xml";
    public const string Msrtc = "text/xml+msrtc.pidf";
    public const string Pidf = "application/pidf+xml";

    /// <summary>The server's own preference order, or null when it has nothing the watcher takes (406).</summary>
    public static string? Choose(IReadOnlyList<string> preference, IReadOnlyList<string> accept)
    {
        if (accept.Count == 0) return Pidf;
        var types = accept.Select(a => a.Split(';')[0].Trim()).ToList();
        return preference.FirstOrDefault(f => types.Contains(f, StringComparer.OrdinalIgnoreCase));
    }

    public static string Write(string format, string user, string displayName, ShownState state) => format switch
    {
        Categories => CategoryDocument(user, displayName, state),
        Msrtc => MsrtcDocument(user, displayName, state),
        _ => PidfDocument(user, displayName, state),
    };

    private static string PidfDocument(string user, string displayName, ShownState state)
    {
        var entity = state.EntityScheme switch { "pres" => "pres:" + user, "bare" => user, _ => "sip:" + user };
        var inStatus = state.Activity is { } a ? state.Form switch
        {
            "draft" => $"<ep:activities><ep:activity>{Text(a)}</ep:activity></ep:activities>",
            "es" => $"<es:activities xmlns:es=\"urn:ietf:params:xml:ns:pidf:status:rpid-status\"><es:activity>{Text(a)}</es:activity></es:activities>",
            "rpid-status" => Rpid(a),
            _ => "",
        } : "";
        var inTuple = state is { Activity: { } t, Form: "rpid-tuple" } ? Rpid(t) : "";
        var note = state.Note is { } n ? "<note>" + Text(n) + "</note>" : "";
        var person = state is { Activity: { } p, Form: "rpid-person" }
            ? "<dm:person xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" id=\"p1\">" + Rpid(p) + "</dm:person>" : "";
        return "<?xml version=\"1.0\" encoding=\"" + (state.DeclaresUtf16 ? "utf-16" : "UTF-8") + "\"?>\r\n"
            + "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:ep=\"urn:ietf:params:xml:ns:pidf:status:rpid-status\""
            + " xmlns:ci=\"urn:ietf:params:xml:ns:pidf:cipid\" entity=\"" + Text(entity) + "\">"
            + "<tuple id=\"0\"><status><basic>" + state.Basic + "</basic>" + inStatus + "</status>" + inTuple + note + "</tuple>" + person
            + "<ci:display-name>" + Text(displayName) + "</ci:display-name></presence>";
    }

    private static string Rpid(string activity) =>
        "<rpid:activities xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\"><rpid:" + activity + "/></rpid:activities>";

    private static string MsrtcDocument(string user, string displayName, ShownState state)
    {
        var availability = state.Basic == "closed" ? 0 : 300;
        var activity = state.Number switch
        {
            < 3000 => 0, < 4500 => 400, < 6000 => 200, < 9000 => 600, < 12000 => 650, < 15000 => 300, _ => 100,
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"<presentity uri=\"{Text(user)}\" xmlns=\"http://schemas.microsoft.com/2002/09/sip/presence\"><availability aggregate=\"{availability}\" description=\"\" epid=\"03640fc59f\"/>")
            + string.Create(CultureInfo.InvariantCulture, $"<activity aggregate=\"{activity}\" description=\"\" epid=\"03640fc59f\"/><displayName displayName=\"{Text(displayName)}\"/></presentity>");
    }

    private static string CategoryDocument(string user, string displayName, ShownState state) =>
        "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:" + Text(user) + "\">"
        + "<category name=\"state\" instance=\"1\" publishTime=\"2000-01-01T00:00:00\">"
        + "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" xsi:type=\"aggregateState\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
        + "<availability>" + state.Number.ToString(CultureInfo.InvariantCulture) + "</availability></state></category>"
        + "<category name=\"contactCard\" instance=\"0\"><contactCard xmlns=\"http://schemas.microsoft.com/2006/09/sip/contactcard\">"
        + "<identity><name><displayName>" + Text(displayName) + "</displayName></name></identity></contactCard></category></categories>";

    private static string Text(string text) => SecurityElement.Escape(text);
}

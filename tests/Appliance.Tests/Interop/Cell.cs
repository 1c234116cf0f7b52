namespace Appliance.Tests.Interop;

/// <summary>
/// One cell of the trust matrix: how TLS begins, what our record of the peer allows, what the peer's certificate is worth, and who opens the stream. Each has a far domain and one of ours to itself.
/// </summary>
public sealed record Cell(string Server, string Mode, string Policy, string Certificate, string Way)
{
    /// <summary>The domain of the server, by whose name our record and the SRV record are found.</summary>
    public string Far => $"{Certificate}.{Policy}.{Mode}.{Server}.example";

    /// <summary>Our domain, by whose name the server's policy and our SRV record are found.</summary>
    public string Ours => OursOf(Policy, Mode);

    /// <summary>How the stream is proved, or empty when it must not come up.</summary>
    public string Proof => (Policy, Certificate) switch
    {
        ("required" or "fallback", "valid") => "external",
        ("dialback", "valid") => "dialback",
        ("clear", _) => "dialback",
        // A certificate that vouches for itself is not believed even beside dialback, unless the record says so (RN-081).
        ("required", _) or (_, "self-signed") => "",
        // Whom we dialled may be taken by its address here; we ourselves are proved by the better way.
        ("fallback", _) when Way == "out" => "external",
        _ => "dialback",
    };

    /// <summary>Why it does not.</summary>
    public string Reason => Certificate switch
    {
        "self-signed" => "SelfSigned",
        "expired" => "Expired",
        "wrong-name" => "WrongName",
        "unknown-ca" => "UnknownCa",
        _ => "",
    };

    public static string OursOf(string policy, string mode) => $"{policy}.{mode}.contoso.example";

    public static readonly string[] Certificates = ["valid", "self-signed", "expired", "wrong-name", "unknown-ca"];

    public static readonly string[] Modes = ["starttls", "direct"];

    /// <summary>EXTERNAL and nothing else; EXTERNAL, or dialback over TLS; dialback over TLS only; dialback in clear.</summary>
    public static readonly string[] Policies = ["required", "fallback", "dialback", "clear"];

    /// <summary>An appliance of ours does not start with a certificate of its own that has run out, so it cannot present one.</summary>
    public static IEnumerable<string> CertificatesOf(string server) => Certificates.Where(c => server != TrustStage.Gateway2 || c != "expired");

    /// <summary>Every pair of policy and mode: what is in clear does not begin with TLS.</summary>
    public static IEnumerable<(string Policy, string Mode)> Kinds => Policies.SelectMany(p => Modes.Where(m => p != "clear" || m == "starttls").Select(m => (p, m)));

    public static IEnumerable<Cell> Of(string server) =>
        from kind in Kinds
        from certificate in CertificatesOf(server).Where(c => kind.Policy != "clear" || c == "valid")
        from way in (string[])["in", "out"]
        select new Cell(server, kind.Mode, kind.Policy, certificate, way);
}

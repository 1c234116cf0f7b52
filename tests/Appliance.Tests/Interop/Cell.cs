namespace Appliance.Tests.Interop;

/// <summary>
/// One cell of the trust matrix: how TLS begins, what our record of the peer and the peer's of us allow, whose certificate is in question, what it is worth, and who opens the stream. Each
/// has a far domain to
/// itself, and with one of ours it is a pair that no other cell has.
/// </summary>
/// <param name="Policy">One of <see cref="Policies"/>, or <c>tls-OURS-THEIRS</c>: our record's word and what the server wants (<c>must may none</c>).</param>
/// <param name="Whose"><c>theirs</c> or <c>ours</c>; the other side's is valid.</param>
public sealed record Cell(string Server, string Mode, string Policy, string Whose, string Certificate, string Way)
{
    public const string Theirs = "theirs";
    public const string Ours = "ours";

    public static readonly string[] Bad = ["self-signed", "expired", "wrong-name", "unknown-ca"];

    public static readonly string[] Certificates = ["valid", .. Bad];

    private static readonly string[] _modes = ["starttls", "direct"];

    private static readonly string[] _ways = ["in", "out"];

    /// <summary>
    /// What our record says: nothing but what is the default (a server that would do with dialback must have a certificate all the same); EXTERNAL required; EXTERNAL, or dialback over
    /// TLS; the same for a certificate
    /// that vouches for itself; dialback over TLS only; dialback in clear. A server demands a certificate of us only under <c>required</c>.
    /// </summary>
    private static readonly string[] _trust = ["default", "required", "fallback", "vouched", "dialback", "clear"];

    private static readonly string[] _tls =
        [.. from ours in (string[])["required", "optional", "forbidden"] from theirs in (string[])["must", "may", "none"] select $"tls-{ours}-{theirs}"];

    public static IReadOnlyList<string> Policies => [.. _trust, .. _tls];

    /// <summary>The domain of the server, by whose name our record and the SRV record are found.</summary>
    public string Far => $"{(Whose == Ours ? "to-" : "")}{Certificate}.{Policy}.{Mode}.{Server}.example";

    /// <summary>Our domain, by whose name the server's policy, our SRV record and our certificate are found.</summary>
    public string Near => Whose == Ours ? $"{Certificate}.{Policy}.{Mode}.ours.example" : $"{Policy}.{Mode}.contoso.example";

    /// <summary>What the certificate for the far domain is worth.</summary>
    public string FarCertificate => Whose == Theirs ? Certificate : "valid";

    public bool IsDirect => Mode == "direct";

    public bool IsIn => Way == "in";

    /// <summary>What is played together: all words about TLS, and else one policy.</summary>
    public string Group => Tls is null ? Policy : "tls";

    /// <summary>Our record's word about TLS, and what the server wants; null where neither is in question.</summary>
    public (string Ours, string Theirs)? Tls => Policy.Split('-') is ["tls", var ours, var theirs] ? (ours, theirs) : null;

    /// <summary>How the stream is proved, or empty when it must not come up.</summary>
    public string Proof => (Tls, Whose, Policy, Certificate) switch
    {
        (("required", "none") or ("forbidden", "must"), _, _, _) => "",
        ((_, "none") or ("forbidden", _), _, _, _) => "dialback",
        ({ }, _, _, _) => "external",
        (_, _, "dialback" or "clear", "valid") => "dialback",
        (_, _, _, "valid") => "external",
        (_, Ours, "required", _) => "",
        // Whoever dials us proves itself to us as well as ever.
        (_, Ours, "fallback", _) when IsIn => "external",
        (_, Ours, _, _) => "dialback",
        // A certificate that vouches for itself is not believed even beside dialback, unless the record says so (RN-081).
        (_, _, "default" or "required", _) or (_, _, not "vouched", "self-signed") => "",
        // Whom we dialled may be taken by its address here; we ourselves are proved by the better way.
        (_, _, not "dialback", _) when !IsIn => "external",
        _ => "dialback",
    };

    /// <summary>Why the certificate is none, in our words.</summary>
    public string Reason => Certificate switch
    {
        "self-signed" => "SelfSigned",
        "expired" => "Expired",
        "wrong-name" => "WrongName",
        "unknown-ca" => "UnknownCa",
        _ => "",
    };

    public override string ToString() => $"{Far} with {Near}, {Way}";

    public static IEnumerable<Cell> Of(string server) => TheirsOf(server).Concat(OursOf(server));

    private static IEnumerable<Cell> TheirsOf(string server) =>
        from policy in Policies
        from mode in _modes
        where mode == "starttls" || _trust[..^1].Contains(policy, StringComparer.Ordinal)
        from certificate in CertificatesOf(policy)
        from way in _ways
        select new Cell(server, mode, policy, Theirs, certificate, way);

    // Two gateways are each other's mirror: what one of them shows is the other's "theirs".
    private static IEnumerable<Cell> OursOf(string server) =>
        from policy in (string[])["required", "fallback", "dialback"]
        where server != TrustStage.Gateway2
        from mode in _modes
        from certificate in Bad
        from way in _ways
        select new Cell(server, mode, policy, Ours, certificate, way);

    private static string[] CertificatesOf(string policy) => policy switch
    {
        "vouched" => ["self-signed"],
        "default" or "required" or "fallback" or "dialback" => Certificates,
        _ => ["valid"],
    };
}

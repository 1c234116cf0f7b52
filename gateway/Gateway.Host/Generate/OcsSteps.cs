namespace Gateway.Host.Generate;

/// <summary>The steps for Office Communications Server 2007 R2, which has no shell: dialogs with the values filled in (PIF-110 to PIF-118).</summary>
public static class OcsSteps
{
    public static string Write(FarSide side, MicrosoftForm form, bool isUndo) => (form, isUndo) switch
    {
        (MicrosoftForm.Edge, false) => Edge(side),
        (MicrosoftForm.Edge, true) => EdgeUndo(side),
        (MicrosoftForm.FrontEnd, false) => FrontEnd(side),
        _ => FrontEndUndo(side),
    };

    private static string Edge(FarSide side)
    {
        var script = new Script().Heading($"Federation with {side.Fqdn}, through the Access Edge of Office Communications Server 2007 R2");
        script.Heading("1. Once for the forest: Office Communications Server 2007 R2 snap-in, Forest, Properties, Global Properties, Federation");
        script.Line("[x] Enable Federation and Public IM connectivity; FQDN: your Access Edge; port: 5061");
        script.Heading("2. On each Access Edge: Computer Management, Services and Applications, Office Communications Server 2007 R2, Properties, Allow, Add");
        foreach (var domain in side.DomainsThroughUs) script.Line($"Federated partner domain name: {domain}    Federated partner Access Edge Server: {side.Fqdn}");
        script.Heading("3. The authority of our certificate: mmc, Certificates, Computer account, Trusted Root Certification Authorities, Import");
        script.Remark("OCS 2007 R2 speaks TLS 1.0 unless the system's FIPS switch is on: see docs/peers/microsoft.md before anything else.");
        script.Heading("4. Names in public DNS");
        foreach (var domain in side.DomainsThroughUs) script.Line($"_sipfederationtls._tcp.{domain}. IN SRV 0 0 {side.SipPort} {side.Fqdn}.");
        script.Heading("5. Users: Active Directory Users and Computers, the user, Communications, Configure: [x] Enable federation");
        return script.ToString();
    }

    private static string EdgeUndo(FarSide side)
    {
        var script = new Script().Heading($"Ends the federation with {side.Fqdn}: on each Access Edge, Properties, Allow, Remove");
        foreach (var domain in side.DomainsThroughUs) script.Line(domain);
        return script.ToString();
    }

    private static string FrontEnd(FarSide side)
    {
        var script = new Script().Heading($"{side.Fqdn} by static route, straight from the front ends of Office Communications Server 2007 R2");
        script.Remark("Standard Edition: on each server. Enterprise Edition: on each pool; ports, certificates and restarts on each front end.");
        script.Heading("1. The port: Properties, Front End Properties, General, Connections");
        script.Line("All, 5061, MTLS");
        script.Heading("2. The routes: Properties, Front End Properties, Routing, Add");
        foreach (var domain in side.DomainsThroughUs)
            script.Line($"Domain: {domain}    [ ] Phone URI    Next hop: FQDN {side.Fqdn}, TLS, port {side.SipPort}    [ ] Replace host in request URI");
        script.Heading("3. The trust: Properties, Front End Properties, Host Authorization, Add, twice: once by name and once by address");
        script.Line($"FQDN: {side.Fqdn}    [ ] Outbound Only    [x] Throttle as Server    [x] Treat as Authenticated");
        script.Line("IP Address: <address of this appliance>    [ ] Outbound Only    [x] Throttle as Server    [x] Treat as Authenticated");
        script.Heading("4. TLS 1.0 instead of SSL 3: Local Security Policy, Local Policies, Security Options");
        script.Line("System cryptography: Use FIPS compliant algorithms for encryption, hashing, and signing: Enabled");
        script.Heading("5. Certificates: mmc, Certificates, Computer account");
        script.Line("Trusted Root Certification Authorities: the authority of our certificate");
        script.Line("Personal: a certificate for server and client authentication; subject: the server (Standard) or the pool (Enterprise); Front End Properties, Certificate, Select");
        script.Heading("6. Restart: Front End Services, Front End Service, Stop, then Start");
        return script.ToString();
    }

    private static string FrontEndUndo(FarSide side)
    {
        var script = new Script().Heading($"Removes {side.Fqdn}: Front End Properties");
        foreach (var domain in side.DomainsThroughUs) script.Line($"Routing, Remove: {domain}");
        script.Line($"Host Authorization, Remove: {side.Fqdn} and the address of this appliance").Line("Front End Services, Front End Service, Stop, then Start");
        return script.ToString();
    }
}

using Gateway.Federation;

namespace Gateway.Host.Generate;

/// <summary>
/// The Management Shell commands for Lync Server 2010 and 2013 and Skype for Business Server 2015 and 2019, with what undoes them and what shows them (PIF-100 to PIF-106, PIF-119).
/// </summary>
public static class MicrosoftShell
{
    public static string Write(FarSide side, MicrosoftForm form, MicrosoftPlace place, bool isUndo) => (form, isUndo) switch
    {
        (MicrosoftForm.Edge, false) => Edge(side),
        (MicrosoftForm.Edge, true) => EdgeUndo(side),
        (MicrosoftForm.FrontEnd, false) => FrontEnd(side, place),
        _ => FrontEndUndo(side, place),
    };

    private static string Edge(FarSide side)
    {
        var script = new Script().Heading($"Federation with {side.Fqdn}, through the Access Edge").Remark("Management Shell on a front end, as a member of CsAdministrator.");
        script.Heading("1. Federation is on, for the organisation and for its users");
        script.Line("Set-CsAccessEdgeConfiguration -AllowFederatedUsers $true").Line("Set-CsExternalAccessPolicy -Identity Global -EnableFederationAccess $true");
        script.Remark("Users with a policy of their own need it there too: Get-CsExternalAccessPolicy");
        script.Heading("2. The partner domains, each with our name: a direct partner is not throttled as a discovered one is");
        foreach (var domain in side.DomainsThroughUs) script.Line($"New-CsAllowedDomain -Identity \"{domain}\" -ProxyFqdn \"{side.Fqdn}\" -Comment \"XMPP gateway\"");
        Common(script, side);
        Authority(script, "on each Edge Server");
        Names(script, side);
        script.Heading("5. Look at it");
        script.Line("Get-CsAllowedDomain | Format-Table Identity, ProxyFqdn").Line("Get-CsAccessEdgeConfiguration | Format-List AllowFederatedUsers, OutgoingTlsCountForFederatedPartners");
        script.Line($"Test-NetConnection {side.Fqdn} -Port {side.SipPort}").Line("Get-CsManagementStoreReplicationStatus");
        return script.ToString();
    }

    private static string EdgeUndo(FarSide side)
    {
        var script = new Script().Heading($"Ends the federation with {side.Fqdn}");
        foreach (var domain in side.DomainsThroughUs) script.Line($"Remove-CsAllowedDomain -Identity \"{domain}\"");
        script.Remark("Federation as such stays on: other partners may need it.");
        return script.ToString();
    }

    private static string FrontEnd(FarSide side, MicrosoftPlace place)
    {
        var script = new Script().Heading($"{side.Fqdn} as a trusted application with static routes, straight from the front ends");
        script.Remark("Management Shell, as a member of RTCUniversalServerAdmins. Get-CsPool names the registrar, Get-CsSite the site.");
        script.Heading("1. The appliance is trusted. That its computer is not in Active Directory is a warning, not a fault");
        script.Line($"New-CsTrustedApplicationPool -Identity {place.Pool} -Registrar {place.Registrar} -Site {place.Site} -ComputerFqdn {side.Fqdn} `")
            .Line("  -TreatAsAuthenticated $true -ThrottleAsServer $true -RequiresReplication $false -OutboundOnly $false");
        script.Line($"New-CsTrustedApplication -ApplicationId {place.Application} -TrustedApplicationPoolFqdn {place.Pool} -Port {side.SipPort}");
        script.Heading("2. Routes. A domain has one static route: a route that stands for the same domain is to be removed first");
        var number = 0;
        foreach (var domain in side.DomainsThroughUs)
        {
            number++;
            script.Line($"$route{number} = New-CsStaticRoute -TLSRoute -Destination {side.Fqdn} -Port {side.SipPort} -UseDefaultCertificate $true -MatchUri {domain}");
            script.Line($"Set-CsStaticRoutingConfiguration -Identity Global -Route @{{Add=$route{number}}}");
        }

        script.Heading("3. Put the topology in force, then restart the front end service on every front end, in a maintenance window");
        script.Line("Enable-CsTopology").Line("Restart-Service RTCSRV");
        Authority(script, "on each front end");
        script.Remark("The default certificate of each front end must hold both server and client authentication: Request-CsCertificate -New -Type Default -ClientEku $true");
        script.Heading("5. Names");
        script.Remark($"{side.Fqdn} resolves on every front end to this appliance, and back; the front ends' and pools' names resolve here.");
        script.Heading("6. Look at it");
        script.Line("Get-CsStaticRoutingConfiguration | Select-Object -ExpandProperty Route").Line("Get-CsTrustedApplication").Line($"Test-NetConnection {side.Fqdn} -Port {side.SipPort}");
        return script.ToString();
    }

    private static string FrontEndUndo(FarSide side, MicrosoftPlace place)
    {
        var script = new Script().Heading($"Removes {side.Fqdn} from the topology");
        foreach (var domain in side.DomainsThroughUs)
        {
            script.Line($"$old = (Get-CsStaticRoutingConfiguration -Identity Global).Route | Where-Object {{ $_.MatchUri -eq \"{domain}\" }}");
            script.Line("if ($old) { Set-CsStaticRoutingConfiguration -Identity Global -Route @{Remove=$old} }");
        }

        script.Line($"Remove-CsTrustedApplication -Identity \"{place.Pool}/urn:application:{place.Application}\"").Line($"Remove-CsTrustedApplicationPool -Identity {place.Pool}");
        script.Line("Enable-CsTopology").Line("Restart-Service RTCSRV");
        return script.ToString();
    }

    // PSB-064: where an entry takes a wildcard, one may be enough.
    private static void Common(Script script, FarSide side)
    {
        if (side.DomainsThroughUs.Length < 2) return;
        script.Remark(FederationWarnings.WildcardOf(side.DomainsThroughUs) is { } wildcard
            ? $"All of them fit {wildcard}: where an entry takes a wildcard, that one is enough."
            : "They have nothing in common, so that no wildcard fits them all: each needs its entry.");
    }

    private static void Authority(Script script, string where) =>
        script.Heading($"{(where.Contains("Edge", StringComparison.Ordinal) ? 3 : 4)}. The authority of our certificate, {where}, where it is not a public one")
            .Line("Import-Certificate -FilePath .\\gateway-ca.crt -CertStoreLocation Cert:\\LocalMachine\\Root");

    private static void Names(Script script, FarSide side)
    {
        script.Heading("4. Names. Public DNS, for those who find us by it rather than by the entry above");
        foreach (var domain in side.DomainsThroughUs) script.Remark($"_sipfederationtls._tcp.{domain}. IN SRV 0 0 {side.SipPort} {side.Fqdn}.");
        script.Remark($"{side.Fqdn}. IN A <address of this appliance>, and the PTR of that address is {side.Fqdn}");
    }
}

using System.Globalization;
using Storyline.Contracts;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.Tests.Metadata;

public sealed class MetadataTests
{
    [Theory]
    [InlineData("2024-05-03T15:47:42.389+02:00", "2024-05-03T15:47:42+02:00", true)]
    [InlineData("2024-05-03 15:47:42 +0200", "2024-05-03T15:47:42+02:00", true)]
    [InlineData("2024-05-03T15:47Z", "2024-05-03T15:47:00+00:00", true)]
    [InlineData("2024-05-03T15:47:42", "2024-05-03T15:47:42+00:00", false)]
    [InlineData("2024-05-03", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("20240503", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("1714744062", "2024-05-03T13:47:42+00:00", true)]
    [InlineData("Fri, 03 May 2024 15:47:42 GMT", "2024-05-03T15:47:00+00:00", true)]
    [InlineData("3. Mai 2024, 15:47 Uhr", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("May 3rd, 2024 3:47 p.m. EDT", "2024-05-03T15:47:00-04:00", true)]
    [InlineData("3 de mayo de 2024", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("le 3 février 2024 à 09:05", "2024-02-03T09:05:00+00:00", false)]
    [InlineData("03.05.2024 15:47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("2024年5月3日 15:47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("Stand: 03.05.24", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("3.5.24, 15:47 Uhr", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3 May 2024, 15:47 +0300", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("3 May 2024, 15:47+03:00", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("3 May 2024, 15:47 GMT+3", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("3 May 2024, 15:47 GMT", "2024-05-03T15:47:00+00:00", true)]
    [InlineData("03.05.2024 15:47 UTC+3", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("03.05.2024 15:47 (UTC+3)", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("03.05.2024 15:47 (UTC+05:30)", "2024-05-03T15:47:00+05:30", true)]
    [InlineData("03.05.2024 15:47 (UTC -3)", "2024-05-03T15:47:00-03:00", true)]
    [InlineData("03.05.2024 15:47 UTC−03:00", "2024-05-03T15:47:00-03:00", true)]
    [InlineData("May 3, 2024 3:47 p.m. UTC-5", "2024-05-03T15:47:00-05:00", true)]
    [InlineData("Fri May 03 2024 15:47:42 GMT+0300 (Moscow Standard Time)", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("2024-05-03 15:47 (UTC+3)", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("3 мая 2024, 15:47 МСК", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("3 May 2024, 15:47-16:30", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3 May 2024, 15:47 IST", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("Publié le 3 mai 2024 à 15h47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3 de maio de 2024 às 15h", "2024-05-03T15:00:00+00:00", false)]
    [InlineData("3 mei 2024, 15u47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3. Mai 2024, 15 Uhr", "2024-05-03T15:00:00+00:00", false)]
    [InlineData("2024年5月3日 15時47分", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("2024年5月3日午後3時47分公開", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("公開日：2024年5月3日 15：47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("２０２４年５月３日 １５時４７分", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("2024년 5월 3일 오후 3:47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("2024년 5월 3일 15시 47분", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("Fri 3 May 2024 15.47 GMT", "2024-05-03T15:47:00+00:00", true)]
    [InlineData("Fri 3 May 2024 15.47 BST", "2024-05-03T15:47:00+01:00", true)]
    [InlineData("3.5.2024 klo 15.47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3.5.2024 15.47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3. maj 2024 kl. 15.47", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3. Mai 2024 um 15.47 Uhr (MESZ)", "2024-05-03T15:47:00+02:00", true)]
    [InlineData("3 May 2024 3.47pm", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3 May 2024, rates rise by 3.25 points", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("03.05.2024 - 12.06.2024", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("3 May 2024, 15 comments", "2024-05-03T00:00:00+00:00", false)]
    [InlineData("٣ مايو ٢٠٢٤ - ١٥:٤٧", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("٣ مايو ٢٠٢٤ ٣:٤٧ م", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("3:47 PM ET, Fri May 3, 2024", "2024-05-03T15:47:00-04:00", true)]
    [InlineData("3:47 p.m. PT, December 3, 2024", "2024-12-03T15:47:00-08:00", true)]
    [InlineData("15:47 UTC+3, 3 May 2024", "2024-05-03T15:47:00+03:00", true)]
    [InlineData("15:47, 3 May 2024", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("15:47 am Freitag, den 3. Mai 2024", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("15.47 Uhr, 3. Mai 2024", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("le 3 mai 2024 à 15:47 et mis à jour", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("2024-05-03 3:47 PM", "2024-05-03T15:47:00+00:00", false)]
    [InlineData("10.03.2026 21:15 (UTC+03:00)", "2026-03-10T21:15:00+03:00", true)]
    [InlineData("Publié le 10 mars 2026 à 21h15", "2026-03-10T21:15:00+00:00", false)]
    [InlineData("2026年3月10日 21時15分", "2026-03-10T21:15:00+00:00", false)]
    [InlineData("9:15 PM ET, Tue March 10, 2026", "2026-03-10T21:15:00-04:00", true)]
    [InlineData("١٠ مارس ٢٠٢٦ - ٢١:١٥", "2026-03-10T21:15:00+00:00", false)]
    [InlineData("2024-05-03 03:47 PM EDT", "2024-05-03T15:47:00-04:00", true)]
    public void Machine_Forms_AreRead(string text, string expected, bool hasZone)
    {
        var reading = DateText.Machine(text);
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), reading?.Time);
        Assert.Equal(hasZone, reading?.HasZone);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday at noon")]
    [InlineData("2024-13-45T00:00:00Z")]
    [InlineData("31.02.2024")]
    [InlineData("version 1.2.34.5")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("99999999999999999")]
    public void Machine_NoDate_IsNull(string text) => Assert.Null(DateText.Machine(text));

    [Theory]
    [InlineData("2024-03-10T01:59", -5)]
    [InlineData("2024-03-10T03:00", -4)]
    [InlineData("2024-11-03T00:59", -4)]
    [InlineData("2024-11-03T02:00", -5)]
    public void Machine_EasternTime_IsWhatItsClocksShow(string local, int hours)
    {
        var time = DateTime.Parse(local, CultureInfo.InvariantCulture);
        var reading = DateText.Machine(time.ToString("MMMM d, yyyy 'at' h:mm tt 'ET'", CultureInfo.InvariantCulture));
        Assert.Equal(new DateTimeOffset(time, TimeSpan.FromHours(hours)), reading?.Time);
    }

    [Theory]
    [InlineData("3:47 PM ET, May 3, 2024 | Updated 4:20 PM ET, May 4, 2024", "2024-05-03T15:47:00-04:00")]
    [InlineData("3:47 PM ET, May 3, 2024 | Updated 4:20 PM ET", "2024-05-03T15:47:00-04:00")]
    [InlineData("3 May 2024 | updated 4 May 2024 15:47", "2024-05-03T00:00:00+00:00")] // the clock is of the other day
    [InlineData("Updated 4 May 2024 15:47 Published 3 May 2024", "2024-05-03T00:00:00+00:00")]
    [InlineData("Updated 4 May 2024, 15:47. Published 16:20, 3 May 2024", "2024-05-03T16:20:00+00:00")]
    public void Mention_ClocksOfTwoDates_StayApart(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), DateText.Mention(text)?.Reading.Time);

    [Theory]
    [InlineData("https://e.example/2024/05/03/x", "2024-05-03")]
    [InlineData("https://e.example/news/2024-05-03-x", "2024-05-03")]
    [InlineData("https://e.example/x-20240503", "2024-05-03")]
    [InlineData("https://e.example/x-120240503", null)]
    [InlineData("https://e.example/2024/15/03/x", null)]
    [InlineData("https://e.example/news/23-05-2024", "2024-05-23")]
    [InlineData("https://e.example/news/03-05-2024", null)]
    [InlineData("https://e.example/wp-content/uploads/2024/05/", null)]
    public void UrlDate_Paths_GiveTheDay(string url, string? day) =>
        Assert.Equal(day, UrlDate.Read(new Uri(url))?.Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2024-05-03T22:30:00Z", "https://e.example.de/", "2024-05-04T00:30:00+02:00")]
    [InlineData("2024-12-03T22:30:00Z", "https://e.example.de/", "2024-12-03T23:30:00+01:00")]
    [InlineData("2024-05-03T22:30:00Z", "https://example.jp/", "2024-05-04T07:30:00+09:00")]
    [InlineData("2024-05-03T22:30:00Z", "https://example.com/", "2024-05-03T22:30:00+00:00")]
    [InlineData("2024-05-03T22:30:00-04:00", "https://example.de/", "2024-05-03T22:30:00-04:00")]
    [InlineData("2024-05-03T22:30:00", "https://example.de/", "2024-05-03T22:30:00+02:00")]
    [InlineData("2024-05-03", "https://example.de/", "2024-05-03T00:00:00+00:00")]
    public void Decide_SiteOfACountry_WritesTheTimeByItsClock(string text, string site, string expected)
    {
        var (time, _) = PublishTimes.Decide([new(DateText.Machine(text)!.Value, 0.95)], new Uri(site));
        Assert.Equal(expected, time?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Decide_BestHasNoZone_TakesTheZoneOfOneThatAgrees()
    {
        var (time, confidence) = PublishTimes.Decide(
        [
            new(DateText.Machine("2024-05-03T15:47:42")!.Value, 0.95),
            new(DateText.Machine("2024-05-03T15:47:00+02:00")!.Value, 0.7),
        ]);
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 15, 47, 0, TimeSpan.FromHours(2)), time);
        Assert.Equal(0.95, confidence);
    }

    [Theory]
    [InlineData("2024-05-03T08:15", "2024-05-03T08:15:00+02:00")]
    [InlineData("2024-05-04T08:15", "2024-05-03T00:00:00+00:00")]
    public void Decide_BestIsADay_TakesTheTimeOfDayOfOneThatAgrees(string shown, string expected)
    {
        var (time, _) = PublishTimes.Decide([new(DateText.Machine("2024-05-03")!.Value, 0.95), new(DateText.Machine(shown)!.Value, 0.7)], new Uri("https://example.de/"));
        Assert.Equal(expected, time?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2024-05-04T03:37:20Z", "2024-05-03T23:37", "https://harbourpost.example/a", "2024-05-03T23:37:20-04:00")]
    [InlineData("2024-05-04T03:37:20Z", "2024-05-03T23:38", "https://harbourpost.example/a", "2024-05-04T03:37:20+00:00")]
    [InlineData("2024-05-04T03:37:20Z", "2024-05-04", "https://harbourpost.example/2024/05/03/bridge", "2024-05-03T23:37:20-04:00")]
    [InlineData("2024-05-03T23:11:59Z", "2024-05-03", "https://harbourpost.example/2024/05/04/bridge", "2024-05-04T00:11:59+01:00")]
    public void Decide_InUtc_IsWrittenByTheClockOfTheSite(string declared, string shown, string url, string expected)
    {
        var (time, _) = PublishTimes.Decide([new(DateText.Machine(declared)!.Value, 0.95), new(DateText.Machine(shown)!.Value, 0.7)], new Uri(url));
        Assert.Equal(expected, time?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("Letzte Änderung: 31.10.2023 - 14:49 Erschienen am: 01.11.2023", "2023-11-01", DateRole.Publication)]
    [InlineData("Published 3 May 2024, updated 5 May 2024", "2024-05-03", DateRole.Publication)]
    [InlineData("3 May 2024 (updated 5 May 2024)", "2024-05-03", DateRole.Unsaid)]
    [InlineData("3 May 2024 (updated)", "2024-05-03", DateRole.Change)]
    [InlineData("3. Mai 2024 gepostet", "2024-05-03", DateRole.Publication)]
    [InlineData("Updated 5 May 2024", "2024-05-05", DateRole.Change)]
    [InlineData("Stand: 05.05.24, 18:00 Uhr", "2024-05-05", DateRole.Change)]
    [InlineData("Dernière mise à jour le 5 mai 2024", "2024-05-05", DateRole.Change)]
    [InlineData("最終更新 2024年5月5日", "2024-05-05", DateRole.Change)]
    [InlineData("Opublikowano: 3 maja 2024", "2024-05-03", DateRole.Publication)]
    [InlineData("Termin: 21.02.2024, 19 Uhr", "2024-02-21", DateRole.Other)]
    [InlineData("Outstanding on 3 May 2024", "2024-05-03", DateRole.Unsaid)]
    public void Mention_Text_IsTheDateOfThePublicationAndWhatIsSaidOfIt(string text, string expected, DateRole role)
    {
        var mention = DateText.Mention(text);
        Assert.Equal(expected, mention?.Reading.Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Assert.Equal(role, mention?.Role);
    }

    [Theory]
    [InlineData("Wien, 3. Jänner 2024", "2024-01-03")]
    [InlineData("1er février 2024", "2024-02-01")]
    [InlineData("3 ianuarie 2024", "2024-01-03")]
    [InlineData("3. siječnja 2024.", "2024-01-03")]
    [InlineData("3. januára 2024", "2024-01-03")]
    [InlineData("2024. május 3.", "2024-05-03")]
    [InlineData("2024 m. gegužės 3 d.", "2024-05-03")]
    [InlineData("2024. gada 3. maijs", "2024-05-03")]
    [InlineData("3 Μαΐου 2024", "2024-05-03")]
    [InlineData("3 май 2024", "2024-05-03")]
    [InlineData("3 مايو 2024", "2024-05-03")]
    [InlineData("3 जनवरी 2024", "2024-01-03")]
    [InlineData("ngày 3 tháng 5 năm 2024", "2024-05-03")]
    [InlineData("3 de maio de 2024", "2024-05-03")]
    [InlineData("2024 May 3", "2024-05-03")]
    [InlineData("Fri May 03 14:57:21 CEST 2024", "2024-05-03T14:57:00+02:00")]
    public void Words_FormsOfLanguages_AreRead(string text, string expected)
    {
        var reading = DateText.Words(text);
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), reading?.Time);
    }

    [Theory]
    [InlineData("2024-05-04T03:37:20Z", "2024-05-03", "2024-05-03T23:37:20-04:00")]
    [InlineData("2024-05-04T03:37:20Z", "2024-05-01", "2024-05-04T03:37:20+00:00")]
    public void Decide_InUtcAndShownOnTheDayBefore_IsWrittenOnTheDayShown(string declared, string shown, string expected)
    {
        var (time, _) = PublishTimes.Decide([new(DateText.Machine(declared)!.Value, 0.95), new(DateText.Machine(shown)!.Value, 0.87) { IsShown = true }], new Uri("https://harbourpost.example/a"));
        Assert.Equal(expected, time?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("By Ines Falk and Tomás Ribeiro", "Ines Falk|Tomás Ribeiro")]
    [InlineData("Von Jörg Maß, Berlin", "Jörg Maß|Berlin")]
    [InlineData("Ines Falk, Reuters", "Ines Falk")]
    [InlineData("Harbour Post Staff", "")]
    [InlineData("AFP", "")]
    [InlineData("https://www.facebook.com/harbourpost", "")]
    [InlineData("redaktion@harbourpost.example", "")]
    [InlineData("harbourpost.example", "")]
    [InlineData("Harbour Post", "")]
    [InlineData("Alle Beiträge von Lena Vik", "Lena Vik")]
    [InlineData("Harbour Media, Hamburg, Germany", "")]
    [InlineData("Foto: Lena Vik", "")]
    [InlineData("Bundesministerium für Wirtschaft und Klimaschutz", "")]
    [InlineData("Nordwind AG", "")]
    [InlineData("By Jane Doe | Thursday", "Jane Doe")]
    [InlineData("By", "")]
    [InlineData("Lifestyle Writer", "")]
    [InlineData("Journalistin", "")]
    [InlineData("Autor:", "")]
    [InlineData("Veröffentlicht am", "")]
    [InlineData("delta201", "delta201")]
    [InlineData("Lena_Vik", "Lena_Vik")]
    [InlineData("Lena Vik @lenavik", "Lena Vik")]
    [InlineData("Erstellt von: Lena Vik", "Lena Vik")]
    [InlineData("责任编辑：王小明", "王小明")]
    [InlineData("Eingestellt von", "")]
    [InlineData("Ihre E-Mail", "")]
    [InlineData("FR IT EN", "")]
    [InlineData("© Lena Vik", "")]
    [InlineData("Chief Marketing Officer", "")]
    [InlineData("lena vik", "")]
    [InlineData("5min", "")]
    [InlineData("Jan van der Meer", "Jan van der Meer")]
    public void Persons_Byline_GivesNamesOnly(string byline, string expected) =>
        Assert.Equal(expected, string.Join('|', AuthorNames.Persons([byline], "Harbour Post")));

    [Theory]
    [InlineData("lena vik", "lena vik")]
    [InlineData("Lena vik", "Lena vik")]
    [InlineData("red", "")]
    public void Persons_DeclaredName_MayBeWrittenSmall(string name, string expected) =>
        Assert.Equal(expected, string.Join('|', AuthorNames.Persons([name], "Harbour Post", anyCase: true)));

    [Theory]
    [InlineData("Hans-Peter Vik", true)]
    [InlineData("Jane Doe", true)]
    [InlineData("Jane", false)]
    [InlineData("Harbour Post", false)]
    public void IsFullName_Words_BeginWithAGivenName(string name, bool expected) => Assert.Equal(expected, AuthorNames.IsFullName(name));

    [Theory]
    [InlineData("Bridge opens | Harbour Post", "Bridge opens")]
    [InlineData("Bridge opens - City - Harbour Post", "Bridge opens")]
    [InlineData("Harbour Post: Bridge opens", "Bridge opens")]
    [InlineData("Bridge opens - at last", "Bridge opens - at last")]
    public void WithoutSite_Title_LosesTheSiteOnly(string title, string expected) =>
        Assert.Equal(expected, Titles.WithoutSite(title, ["Harbour Post"], title.Contains("City", StringComparison.Ordinal) ? ["Bridge opens"] : []));

    [Theory]
    [InlineData("en", "The port authority said on Friday that the bridge was open and that ferries would still run until the end of the month.")]
    [InlineData("de", "Die Hafenbehörde teilte am Freitag mit, dass die Brücke wieder offen ist und die Fähren noch bis zum Ende des Monats fahren werden.")]
    [InlineData("fr", "L’autorité portuaire a annoncé vendredi que le pont est ouvert et que les bacs resteront en service jusqu’à la fin du mois.")]
    [InlineData("es", "La autoridad portuaria dijo el viernes que el puente está abierto y que los transbordadores seguirán hasta el fin de mes.")]
    [InlineData("ru", "Портовые власти сообщили в пятницу, что мост открыт и что паромы будут ходить до конца месяца, как и раньше.")]
    [InlineData("ja", "港湾当局は金曜日、橋が再び開通し、月末までフェリーの運航を続けると発表した。")]
    [InlineData("und", "Zxq vbn mlk")]
    public void Detect_UndeclaredText_FindsTheLanguage(string expected, string text) => Assert.Equal(expected, LanguageDetector.Detect(text, declared: null));

    [Fact]
    public void Detect_TemplateDeclaresAnotherLanguage_TextDecides() =>
        Assert.Equal("de", LanguageDetector.Detect("Die Hafenbehörde teilte am Freitag mit, dass die Brücke wieder offen ist und die Fähren noch bis zum Ende des Monats fahren werden.", "en-US"));

    [Theory]
    [InlineData("PORT ELIN (AP) — The bridge opened on Friday.", "The Associated Press")]
    [InlineData("(EFE).- El puente abrió el viernes.", "EFE")]
    [InlineData("The mayor told Reuters that the bridge was open.", "")]
    [InlineData("Some information for this report came from The Associated Press and Reuters.", "The Associated Press|Reuters")]
    [InlineData("The bridge opened on Friday. (dpa)", "dpa")]
    [InlineData("PORT ELIN, Norway (Northern) - The bridge opened on Friday.", "Northern")]
    [InlineData("PORT ELIN (KXYZ) - The bridge opened on Friday.", "")]
    [InlineData("The bridge (Northern) - the oldest - opened on Friday.", "")]
    [InlineData("This story includes reporting by Northern.", "Northern")]
    [InlineData("With files from Northern News Agency", "Northern News Agency")]
    [InlineData("With files from Lena Vik", "")]
    [InlineData("(Northern)", "Northern")]
    public void Find_Text_GivesCreditsOnly(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', WireCredits.Find([], [new Block(BlockKind.Paragraph, text)])));

    [Fact]
    public void Find_PublisherItself_IsNoCredit() =>
        Assert.Equal(["Reuters"], WireCredits.Find(["Reuters"], [new Block(BlockKind.Paragraph, "PORT ELIN (Northern) - The bridge opened.")], "Northern"));

    [Fact]
    public void Find_AgencyPicture_CreditsOnlyWhenTheTextNamesTheAgency()
    {
        var caption = new Block(BlockKind.Caption, "The bridge on Friday. Lena Vik (AP)");
        Assert.Empty(WireCredits.Find([], [caption, new Block(BlockKind.Paragraph, "The bridge opened.")]));
        Assert.Equal(["The Associated Press"], WireCredits.Find([], [caption, new Block(BlockKind.Paragraph, "As The Associated Press first reported, the bridge opened.")]));
    }
}

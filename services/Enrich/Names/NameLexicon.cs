using System.Collections.Frozen;
using System.Reflection;

namespace Storyline.Enrich.Names;

/// <summary>What is known of names before any text is read: places, given names, roles, the words organisations end in.</summary>
public sealed class NameLexicon
{
    private static readonly char[] Space = [' ', '\n'];

    private readonly FrozenDictionary<string, string> _places;
    private readonly FrozenSet<string> _givenNames;

    public NameLexicon()
    {
        var places = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in new[] { "territories.tsv", "places.tsv" })
        {
            foreach (var line in ReadLines(table))
            {
                var columns = line.Split('\t');
                places[columns[0]] = columns[^1];
            }
        }

        _places = places.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _givenNames = ReadLines("given-names.txt").Concat(Set(MoreGivenNames)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        ShortForms = ReadLines("short-forms.txt").Select(line => line.Split(' ')).ToFrozenDictionary(names => names[0], names => names[1..], StringComparer.Ordinal);
    }

    /// <summary>Short forms of given names, by the name; all in lower case.</summary>
    public FrozenDictionary<string, string[]> ShortForms { get; }

    /// <summary>Honorifics: only ever before a person, never a part of the name.</summary>
    public static readonly FrozenSet<string> Honorifics = Set(
        "Mr. Mrs. Ms. Miss Dr. Mr Mrs Ms Dr Sir Dame Lord Lady Prof. Professor Rev. Reverend Sen. Rep. Gov. Gen. Lt. Col. Capt. Sgt. Maj. Adm. Hon. Pope Saint " +
        "King Queen Prince Princess Sheikh Sheik Ayatollah Imam Rabbi Herr Frau Señor Monsieur Madame");

    /// <summary>Offices and ranks, upper or lower case, that stand before a person's name.</summary>
    public static readonly FrozenSet<string> Roles = Set(
        "President Vice-President Minister Secretary Chancellor Senator Congressman Congresswoman Representative Governor Mayor Judge Justice General Colonel Captain Lieutenant " +
        "Sergeant Major Admiral Commander Chairman Chairwoman Chair Chief CEO CFO Director Ambassador Envoy Spokesman Spokeswoman Spokesperson Speaker Premier Coach Manager Officer " +
        "Detective Sheriff Attorney Prosecutor Commissioner Coordinator Adviser Advisor Analyst Correspondent Reporter Editor Author Actor Actress Singer Director Producer Bishop " +
        "Cardinal Archbishop Pastor Candidate Nominee Leader Lawmaker Councilman Councilwoman Counsel Undersecretary Deputy Treasurer Economist Historian Striker Midfielder " +
        "Goalkeeper Forward Quarterback Guard Pitcher Captain Player Champion Lawyer Rapper Comedian Journalist Activist Diplomat Dictator Strongman Billionaire Founder Co-founder " +
        "Whip Superintendent Inspector Constable Administrator Treasurer Superstar Star Aide Host");

    /// <summary>Words that stand before a role and belong to it ("Foreign Minister", "Vice President").</summary>
    public static readonly FrozenSet<string> RoleModifiers = Set(
        "Prime Vice Foreign Defense Defence Interior Finance Home Treasury Commerce Deputy Assistant Attorney State National Security Affairs Former Acting Interim Chief Executive " +
        "Senior Trade Energy Health Education Justice Labor Labour Transport Environment Agriculture Environmental Homeland Press House Senate Majority Minority Republican Democratic Police " +
        "District Supreme Court Army Navy Military General Presidential Party Opposition Special First Second Lady Editor Communications");

    /// <summary>Last words of organisations.</summary>
    public static readonly FrozenSet<string> OrganisationHeads = Set(
        "Inc Inc. Corp Corp. Corporation Company Co Co. Ltd Ltd. LLC LLP PLC Plc AG GmbH SA NV SE University College School Academy Ministry Department Council Committee Commission " +
        "Association Federation Confederation Union Alliance Party Agency Authority Administration Bureau Court Bank Institute Institution Foundation Fund Trust Group Holdings Industries " +
        "Times Post News Journal Tribune Herald Guardian Gazette Chronicle Press Magazine Radio Television Network Broadcasting Police Army Navy Force Forces Guard Marines Corps Senate " +
        "Congress Parliament House Assembly Cabinet Brotherhood Office Center Centre Society League Club United Airlines Airways Motors Bancorp Partners Capital Securities Exchange Systems " +
        "Technologies Software Electronics Pharmaceuticals Laboratories Hospital Clinic Church Museum Library Orchestra Team Squad Coalition Front Movement Organization Organisation Service " +
        "Services Board Tribunal Embassy Command Division Brigade Reserve Studios Pictures Entertainment Records Hotels Stores Foods Energy Petroleum Oil Gas Airbus Boeing Democrats Republicans");

    /// <summary>Words that begin an organisation's name when "of" or "for" follows.</summary>
    public static readonly FrozenSet<string> OrganisationOpeners = Set(
        "Ministry Department University Bank Bureau House Office Institute College Board Council Court Church Federation Association League Union Organization Organisation Agency Center Centre " +
        "Committee Commission Embassy School Society Foundation Chamber Joint Chiefs Library Museum Academy Order Confederation Army Parliament Group");

    /// <summary>Words that end the name of a place.</summary>
    public static readonly FrozenSet<string> PlaceHeads = Set(
        "River Sea Ocean Strait Straits Gulf Bay Island Islands Lake Mountain Mountains Mount Valley Desert Peninsula Coast City County Province State Region District Square Street Avenue Road " +
        "Boulevard Airport Station Park Bridge Beach Hills Heights Canal Harbor Harbour Port Forest Canyon Creek Falls Village Town Township Territory Republic Kingdom Prison Stadium Arena");

    /// <summary>Words that end the name of an event, a law, a prize.</summary>
    public static readonly FrozenSet<string> OtherHeads = Set(
        "Conference Summit Cup Championship Championships Games Olympics Open Prize Award Awards Act Treaty Accord Accords Agreement Deal War Day Week Festival Festival Amendment Tour Series Bowl " +
        "Election Elections Hurricane Storm Crisis Revolution Protocol Plan Dialogue Program Project Bill Law Constitution Christmas Easter Ramadan Thanksgiving");

    /// <summary>Small words that join the parts of a person's name.</summary>
    public static readonly FrozenSet<string> Particles = Set("de von van der den di da dos del della la le al el bin ibn ben du ter ul al- bint y");

    /// <summary>Days, months and other capitalised words that name nothing.</summary>
    public static readonly FrozenSet<string> NeverNames = Set(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December Mon Tue Wed Thu Fri Sat Sun Jan. Feb. " +
        "Aug. Sept. Oct. Nov. Dec. I I'm I've I'd I'll I’m I’ve I’d I’ll AM PM A.M. P.M. GMT EST EDT PST PDT BST UTC ET OK Read More Image Photo Credit Advertisement Updated Published " +
        "Share Video Watch Listen COVID-19 Covid-19 God TV PDF");

    /// <summary>Adjectives and nouns of nations and religions: names of the kind OTHER.</summary>
    public static readonly FrozenSet<string> Demonyms = Set(
        "American Americans British Briton Britons English Scottish Welsh Irish French German Germans Italian Italians Spanish Portuguese Dutch Belgian Swiss Austrian Polish Poles Czech Slovak " +
        "Hungarian Romanian Bulgarian Greek Greeks Turkish Turks Russian Russians Ukrainian Ukrainians Belarusian Georgian Armenian Azerbaijani Swedish Norwegian Danish Finnish Icelandic " +
        "Estonian Latvian Lithuanian Serbian Serb Serbs Croatian Bosnian Albanian Macedonian Kosovar Chinese Japanese Korean Koreans Taiwanese Vietnamese Thai Filipino Indonesian Malaysian " +
        "Singaporean Burmese Indian Indians Pakistani Bangladeshi Afghan Afghans Iranian Iranians Iraqi Iraqis Syrian Syrians Lebanese Israeli Israelis Palestinian Palestinians Jordanian " +
        "Saudi Saudis Emirati Qatari Kuwaiti Yemeni Egyptian Egyptians Libyan Libyans Tunisian Algerian Moroccan Sudanese Ethiopian Eritrean Somali Kenyan Ugandan Rwandan Nigerian Ghanaian " +
        "Senegalese Congolese Angolan Zimbabwean African Africans Asian Asians European Europeans Arab Arabs Kurdish Kurds Canadian Canadians Mexican Mexicans Cuban Cubans Haitian " +
        "Venezuelan Venezuelans Colombian Brazilian Brazilians Argentine Argentinian Chilean Peruvian Bolivian Ecuadorean Australian Australians Muslim Muslims Islamic Islamist Islamists " +
        "Christian Christians Catholic Catholics Jewish Jews Hindu Hindus Buddhist Sunni Shiite Shia Uyghur Uyghurs Republican Republicans Democrat Democrats Democratic Conservative Labour " +
        "Tory Tories Western Latino Latinos Hispanic Soviet Nazi Nazis");

    /// <summary>Organisations that no suffix gives away; alias and canonical name.</summary>
    public static readonly FrozenDictionary<string, string> Organisations = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["White House"] = "White House", ["Kremlin"] = "Kremlin", ["Pentagon"] = "Pentagon", ["State Department"] = "State Department", ["United Nations"] = "United Nations",
        ["UN"] = "United Nations", ["U.N."] = "United Nations", ["NATO"] = "NATO", ["Nato"] = "NATO", ["EU"] = "European Union", ["European Union"] = "European Union",
        ["Associated Press"] = "Associated Press", ["AP"] = "Associated Press", ["Reuters"] = "Reuters", ["AFP"] = "Agence France-Presse", ["Agence France-Presse"] = "Agence France-Presse",
        ["BBC"] = "BBC", ["CNN"] = "CNN", ["FBI"] = "FBI", ["CIA"] = "CIA", ["Google"] = "Google", ["Apple"] = "Apple", ["Microsoft"] = "Microsoft", ["Facebook"] = "Facebook",
        ["Twitter"] = "Twitter", ["Amazon"] = "Amazon", ["Boeing"] = "Boeing", ["Airbus"] = "Airbus", ["Hamas"] = "Hamas", ["Hezbollah"] = "Hezbollah", ["Taliban"] = "Taliban",
        ["Islamic State"] = "Islamic State", ["ISIS"] = "Islamic State", ["ISIL"] = "Islamic State", ["al-Qaida"] = "al-Qaeda", ["al-Qaeda"] = "al-Qaeda", ["Al-Qaida"] = "al-Qaeda",
        ["Al-Qaeda"] = "al-Qaeda", ["Al Qaeda"] = "al-Qaeda", ["Boko Haram"] = "Boko Haram", ["Supreme Court"] = "Supreme Court", ["World Bank"] = "World Bank", ["IMF"] = "International Monetary Fund",
        ["International Monetary Fund"] = "International Monetary Fund", ["WHO"] = "World Health Organization", ["Congress"] = "Congress", ["Senate"] = "Senate", ["Interpol"] = "Interpol",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The canonical name of a place, if it is one.</summary>
    public string? Place(string name) => _places.GetValueOrDefault(name);

    /// <summary>True for a common given name.</summary>
    public bool IsGivenName(string word) => _givenNames.Contains(word);

    private static FrozenSet<string> Set(string words) =>
        words.Split(Space, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> ReadLines(string table)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Storyline.Enrich.Names.Data.{table}")
            ?? throw new InvalidOperationException($"resource {table} is missing from the assembly");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }

    private const string MoreGivenNames =
        "Angela Emmanuel Vladimir Sergei Sergey Dmitry Dmitri Alexei Mikhail Boris Yevgeny Igor Oleg Andrei Andrey Ivan Nikolai Yuri Olga Natalia Tatiana Svetlana Volodymyr Viktor Petro Oleksandr " +
        "Andriy Juan José Jose Luis Carlos Jorge Miguel Pedro Pablo Diego Javier Alejandro Fernando Rafael Ricardo Manuel Enrique Hugo Evo Nicolas Nicolás Gabriel Andres Andrés Maria María Ana " +
        "Carmen Lucia Lucía Sofia Jean Pierre Jacques Michel François Francois Nicolas Marine Marie Philippe Laurent Antoine Guillaume Camille Claire Hans Klaus Wolfgang Jürgen Helmut Gerhard " +
        "Heinz Dieter Stefan Matthias Olaf Annalena Ursula Frank-Walter Horst Sebastian Matteo Giuseppe Silvio Mario Luigi Paolo Giorgio Giorgia Sergio Francesco Giovanni Marco Luca Recep Tayyip " +
        "Mehmet Mustafa Ahmet Ali Hassan Hussein Mohammed Mohammad Muhammad Mohamed Ahmed Mahmoud Ibrahim Omar Abdullah Abdel Khalid Saad Salman Bashar Hosni Saddam Muammar Yasser Benjamin " +
        "Ehud Shimon Ariel Yitzhak Avigdor Narendra Rahul Sonia Manmohan Rajiv Sanjay Amit Arun Imran Nawaz Asif Benazir Bilawal Shinzo Yoshihide Fumio Taro Hiroshi Kenji Takashi Yuki Junichiro " +
        "Goodluck Muhammadu Olusegun Nelson Thabo Jacob Cyril Uhuru Raila Yoweri Paul Robert Antony Anthony Lars Anders Jens Erik Sven Olof Stefan Magnus Mette Sanna Viktor Jaroslaw Andrzej " +
        "Donald Lech Zoran Slobodan Radovan Ratko Aleksandar Milos Rodrigo Ferdinand Joko Susilo Mahathir Najib Lee Aung Ban Kofi António Antonio Guterres Tedros Bernie Hillary Barack Ivanka Jared " +
        "Melania Kellyanne Beto Rudy Rand Ted Marco Mitt Newt Mitch Nancy Chuck Dianne Kamala Elizabeth Lindsay Lindsey Tara LeBron Kobe Serena Venus Tiger Usain Cristiano Lionel Neymar Wayne";
}

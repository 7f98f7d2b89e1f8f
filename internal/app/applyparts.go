package app

// The parts of a document. A field left out has its default; a secret left out stays as it is stored.
type (
	providerPart struct {
		Name     *text           `yaml:"name,omitempty"`
		Phone    *text           `yaml:"phone,omitempty"`
		Settings map[string]text `yaml:"settings,omitempty"`
	}
	brandPart struct {
		Key       text     `yaml:"key"`
		Name      text     `yaml:"name,omitempty"`
		WelcomeEN text     `yaml:"welcome_en,omitempty"`
		WelcomeSW text     `yaml:"welcome_sw,omitempty"`
		TermsEN   text     `yaml:"terms_en,omitempty"`
		TermsSW   text     `yaml:"terms_sw,omitempty"`
		Accent    text     `yaml:"accent,omitempty"`
		AccentInk text     `yaml:"accent_ink,omitempty"`
		Paper     text     `yaml:"paper,omitempty"`
		Ink       text     `yaml:"ink,omitempty"`
		Logo      *picture `yaml:"logo,omitempty"`
		Theme     text     `yaml:"theme,omitempty"`
		Picture   *picture `yaml:"picture,omitempty"`
		HoursEN   text     `yaml:"hours_en,omitempty"`
		HoursSW   text     `yaml:"hours_sw,omitempty"`
		WhatsApp  text     `yaml:"whatsapp,omitempty"`
		Email     text     `yaml:"email,omitempty"`
		Facebook  text     `yaml:"facebook,omitempty"`
		Instagram text     `yaml:"instagram,omitempty"`
		TikTok    text     `yaml:"tiktok,omitempty"`
		X         text     `yaml:"x,omitempty"`
		Sender    text     `yaml:"sender,omitempty"`
		MailName  text     `yaml:"mail_name,omitempty"`
		MailFrom  text     `yaml:"mail_from,omitempty"`
	}
	sitePart struct {
		Slug     text `yaml:"slug"`
		Name     text `yaml:"name,omitempty"`
		Language text `yaml:"language,omitempty"`
		Phone    text `yaml:"phone,omitempty"`
		Timezone text `yaml:"timezone,omitempty"`
		Brand    text `yaml:"brand,omitempty"`
		State    text `yaml:"state,omitempty"`
	}
	tillPart struct {
		Key               text     `yaml:"key"`
		Type              text     `yaml:"type,omitempty"`
		ShortCode         text     `yaml:"short_code,omitempty"`
		StoreNumber       text     `yaml:"store_number,omitempty"`
		PartyB            text     `yaml:"party_b,omitempty"`
		ConsumerKey       *source  `yaml:"consumer_key,omitempty"`
		ConsumerSecret    *source  `yaml:"consumer_secret,omitempty" secret:"true"`
		Passkey           *source  `yaml:"passkey,omitempty" secret:"true"`
		PayoutCode        text     `yaml:"payout_code,omitempty"`
		Initiator         text     `yaml:"initiator,omitempty"`
		InitiatorPassword *source  `yaml:"initiator_password,omitempty" secret:"true"`
		Certificate       *source  `yaml:"certificate,omitempty"`
		BaseURL           text     `yaml:"base_url,omitempty"`
		Sites             textList `yaml:"sites,omitempty"`
		State             text     `yaml:"state,omitempty"`
	}
	planPart struct {
		Key        text      `yaml:"key"`
		Name       text      `yaml:"name,omitempty"`
		NameSW     text      `yaml:"name_sw,omitempty"`
		Segment    text      `yaml:"segment,omitempty"`
		Price      text      `yaml:"price,omitempty"`
		Time       text      `yaml:"time,omitempty"`
		TimeKind   text      `yaml:"time_kind,omitempty"`
		Data       text      `yaml:"data,omitempty"`
		Valid      text      `yaml:"valid,omitempty"`
		ValidUntil text      `yaml:"valid_until,omitempty"`
		Hours      textList  `yaml:"hours,omitempty"`
		Up         text      `yaml:"up,omitempty"`
		Down       text      `yaml:"down,omitempty"`
		Burst      burstPart `yaml:"burst,omitempty"`
		FairUse    fairPart  `yaml:"fair_use,omitempty"`
		Night      nightPart `yaml:"night,omitempty"`
		Devices    whole     `yaml:"devices,omitempty"`
		Idle       text      `yaml:"idle,omitempty"`
		Pool       text      `yaml:"pool,omitempty"`
		IPv6Pool   text      `yaml:"ipv6_pool,omitempty"`
		PDPool     text      `yaml:"delegated_pool,omitempty"`
		List       text      `yaml:"address_list,omitempty"`
		Mode       text      `yaml:"mode,omitempty"`
		Interval   text      `yaml:"interval,omitempty"`
		Arrears    yesNo     `yaml:"arrears,omitempty"`
		Inclusive  yesNo     `yaml:"inclusive,omitempty"`
		Setup      text      `yaml:"setup,omitempty"`
		Minimum    text      `yaml:"minimum,omitempty"`
		Maximum    text      `yaml:"maximum,omitempty"`
		PerGB      meterPart `yaml:"per_gb,omitempty"`
		PerHour    meterPart `yaml:"per_hour,omitempty"`
		Rates      textList  `yaml:"rates,omitempty"`
		Includes   textList  `yaml:"includes,omitempty"`
		Sort       whole     `yaml:"sort,omitempty"`
		Sites      textList  `yaml:"sites,omitempty"`
		State      text      `yaml:"state,omitempty"`
	}
	meterPart struct {
		Included whole    `yaml:"included,omitempty"`
		Volume   yesNo    `yaml:"volume,omitempty"`
		Tiers    textList `yaml:"tiers,omitempty"`
		Hours    textList `yaml:"hours,omitempty"`
	}
	addonPart struct {
		Key    text     `yaml:"key"`
		Name   text     `yaml:"name,omitempty"`
		NameSW text     `yaml:"name_sw,omitempty"`
		Price  text     `yaml:"price,omitempty"`
		Once   yesNo    `yaml:"once,omitempty"`
		Down   text     `yaml:"down,omitempty"`
		Up     text     `yaml:"up,omitempty"`
		Data   text     `yaml:"data,omitempty"`
		Plans  textList `yaml:"plans,omitempty"`
		State  text     `yaml:"state,omitempty"`
	}
	couponPart struct {
		Code    text  `yaml:"code"`
		Percent text  `yaml:"percent,omitempty"`
		Amount  text  `yaml:"amount,omitempty"`
		Periods whole `yaml:"periods,omitempty"`
		Most    whole `yaml:"most,omitempty"`
		From    text  `yaml:"from,omitempty"`
		Until   text  `yaml:"until,omitempty"`
		State   text  `yaml:"state,omitempty"`
	}
	burstPart struct {
		Up            text `yaml:"up,omitempty"`
		Down          text `yaml:"down,omitempty"`
		UpThreshold   text `yaml:"up_threshold,omitempty"`
		DownThreshold text `yaml:"down_threshold,omitempty"`
		Over          text `yaml:"over,omitempty"`
	}
	poolPart struct {
		Name     text     `yaml:"name"`
		Prefixes textList `yaml:"prefixes,omitempty"`
		Length   whole    `yaml:"length,omitempty"`
	}
	fairPart struct {
		Data     text  `yaml:"data,omitempty"`
		Per      text  `yaml:"per,omitempty"`
		Up       text  `yaml:"up,omitempty"`
		Down     text  `yaml:"down,omitempty"`
		RollOver yesNo `yaml:"roll_over,omitempty"`
	}
	nightPart struct {
		Hours textList `yaml:"hours,omitempty"`
		Up    text     `yaml:"up,omitempty"`
		Down  text     `yaml:"down,omitempty"`
		Free  yesNo    `yaml:"free,omitempty"`
	}
	routerPart struct {
		Name           text     `yaml:"name"`
		Site           text     `yaml:"site,omitempty"`
		Dialect        text     `yaml:"dialect,omitempty"`
		Addresses      textList `yaml:"addresses,omitempty"`
		Secret         *source  `yaml:"secret,omitempty" secret:"true"`
		Identifier     text     `yaml:"identifier,omitempty"`
		Auth           text     `yaml:"auth,omitempty"`
		Swap           yesNo    `yaml:"swap,omitempty"`
		Interim        text     `yaml:"interim,omitempty"`
		LoginHosts     textList `yaml:"login_hosts,omitempty"`
		MACLogin       yesNo    `yaml:"mac_login,omitempty"`
		CHAP           yesNo    `yaml:"chap,omitempty"`
		CoAAddress     text     `yaml:"coa_address,omitempty"`
		UAMSecret      *source  `yaml:"uam_secret,omitempty" secret:"true"`
		APIAddress     text     `yaml:"api_address,omitempty"`
		APIUser        text     `yaml:"api_user,omitempty"`
		APIPassword    *source  `yaml:"api_password,omitempty" secret:"true"`
		APITLS         yesNo    `yaml:"api_tls,omitempty"`
		APICertificate *source  `yaml:"api_certificate,omitempty"`
		State          text     `yaml:"state,omitempty"`
	}
)
